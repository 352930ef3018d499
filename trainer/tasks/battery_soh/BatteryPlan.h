// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLNET_TRAINER_TASKS_BATTERYSOH_BATTERYPLAN_H
#define DLNET_TRAINER_TASKS_BATTERYSOH_BATTERYPLAN_H

namespace dlnet {

/// The text of plan.json: the networks of the shipped family and their stages.
extern const char *const kBatteryPlan;

} // namespace dlnet

#endif // DLNET_TRAINER_TASKS_BATTERYSOH_BATTERYPLAN_H
