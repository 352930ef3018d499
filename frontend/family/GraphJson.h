// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A network's graph as a family file holds it (FORMAT.md).
#ifndef DLNET_FRONTEND_FAMILY_GRAPHJSON_H
#define DLNET_FRONTEND_FAMILY_GRAPHJSON_H

#include "frontend/family/FamilyMembers.h"
#include "frontend/network/Graph.h"

namespace dlnet {

/// Values, ports and operations, without recorded ranges.
nlohmann::json toJson(const network::Graph &graph);

/// Recorded ranges, by the names of their values.
nlohmann::json calibrationOf(const network::Graph &graph);

/// Reads what toJson() writes and checks it completely. After a failure of the
/// checker the graph is not to be used.
network::Graph readGraph(Members members, const std::string &path,
                         Checker &checker);

/// Reads what calibrationOf() writes into a graph that was read.
void readCalibration(const nlohmann::json &found, const std::string &path,
                     network::Graph &graph, Checker &checker);

/// Where `found` first differs from `expected`: "nodes[3].op: found "add", but
/// <what> makes "sub""; nothing where they are equal.
std::string firstDifference(const nlohmann::json &found,
                            const nlohmann::json &expected,
                            const std::string &path, const std::string &what);

} // namespace dlnet

#endif // DLNET_FRONTEND_FAMILY_GRAPHJSON_H
