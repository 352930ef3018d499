// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How a process that trains should use the machine: several of them run side by
// side, each repeating the same small step.
#ifndef DLNET_TRAINER_ENGINE_RUNTIME_H
#define DLNET_TRAINER_ENGINE_RUNTIME_H

namespace dlnet {

/// One thread for LibTorch, and freed memory stays with the process: each step
/// asks for the same few megabytes again, and page faults on them would take as
/// long as the step. Call it once, before the first tensor.
void prepareRuntime();

} // namespace dlnet

#endif // DLNET_TRAINER_ENGINE_RUNTIME_H
