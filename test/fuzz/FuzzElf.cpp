// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A board image, as the simulator loads it.
#include "Fuzz.h"
#include "test/tools/dlnet-sim/Image.h"

using namespace dlnet;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  fuzz::InputFile file("image.elf");
  Result<sim::Image> image =
      sim::Image::read(file.write(fuzz::text(data, size)));
  if (!image) {
    fuzz::require(!image.message().empty(), "a refusal has a reason");
    return 0;
  }
  fuzz::require(!image->segments().empty(), "something is loaded");
  for (uint32_t address : {0u, 0x10000u, 0x20000000u, UINT32_MAX})
    fuzz::require(!image->describe(address).empty(), "an address has a text");
  for (size_t i = 0; i < image->functions().size(); ++i) {
    const auto &function = image->functions()[i];
    fuzz::require(image->functionAt(function.address) == i,
                  "a function is where it starts");
    (void)image->symbol(function.name);
  }
  return 0;
}
