// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The parts of the page; the build makes their definitions from the files.
#ifndef DLNET_FRONTEND_REPORT_ASSETS_H
#define DLNET_FRONTEND_REPORT_ASSETS_H

namespace dlnet::report::assets {

extern const char kPage[], kStyle[], kScript[];
/// Chart.js, as its package installs it.
extern const char kChart[];

} // namespace dlnet::report::assets

#endif // DLNET_FRONTEND_REPORT_ASSETS_H
