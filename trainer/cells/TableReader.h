// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The layout for everyone else's data: all cells in one CSV file, with their
// names and cycle numbers, so that missing and repeated cycles show.
#ifndef DLNET_TRAINER_CELLS_TABLEREADER_H
#define DLNET_TRAINER_CELLS_TABLEREADER_H

#include "trainer/cells/Intake.h"

namespace dlnet {

/// Reads `cell,cycle,capacity_ah[,batch][,...]`:
///
///   cell         name, 1 to 100 printable ASCII characters
///   cycle        whole number below 1e7; a cell may start at any
///   capacity_ah  discharge capacity, in the range of faultOfCapacity
///   batch        optional; one for all rows of a cell
///
/// Columns come in any order, others are ignored, and rows of several cells
/// may be interleaved. Within a cell the cycles must increase: a repeated or
/// decreasing cycle fails the file, naming the line. Testers drop a cycle now
/// and then, so missing cycles are closed up and counted; a cell in which more
/// than 3 in a row or more than 1 in 100 are missing has no true cycle axis
/// and is skipped with that reason.
Status readTable(const std::string &path, Intake &intake);

} // namespace dlnet

#endif // DLNET_TRAINER_CELLS_TABLEREADER_H
