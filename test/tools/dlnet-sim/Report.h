// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a run has shown, for people and for programs.
#ifndef DLNET_SIM_REPORT_H
#define DLNET_SIM_REPORT_H

#include "test/tools/dlnet-sim/Machine.h"

#include <nlohmann/json.hpp>

namespace dlnet::sim {

/// All of it; README.md has the keys. `ended` says why the run ended,
/// `hostSeconds` how long this computer computed.
nlohmann::json makeReport(const Machine &machine, const std::string &ended,
                          double hostSeconds);

/// The same for people, with the `functions` hottest functions.
std::string describeReport(const nlohmann::json &report, size_t functions);

} // namespace dlnet::sim

#endif // DLNET_SIM_REPORT_H
