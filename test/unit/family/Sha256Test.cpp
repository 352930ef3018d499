// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The standard's own examples, and lengths about the end of a block.
#include "frontend/support/Sha256.h"

#include <gtest/gtest.h>

using namespace dlnet;

namespace {

TEST(Sha256, GivesTheDigestsOfTheStandard) {
  EXPECT_EQ(sha256(""),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256("abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256(std::string(1000000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, DoesNotDependOnHowTheBytesCome) {
  for (size_t size : {55, 56, 63, 64, 65, 119, 128, 200}) {
    std::string bytes;
    for (size_t i = 0; i < size; ++i)
      bytes += char(i * 37);
    for (size_t part : {1, 7, 64, 200}) {
      Sha256 digest;
      for (size_t at = 0; at < size; at += part)
        digest.add(std::string_view(bytes).substr(at, part));
      EXPECT_EQ(digest.finish(), sha256(bytes)) << size << " by " << part;
    }
  }
}

} // namespace
