// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "frontend/support/Template.h"

#include <gtest/gtest.h>

using namespace dlnet;

namespace {

Fields named(const std::string &name) { return {{{"name", name}}, {}}; }

TEST(Template, ReplacesFields) {
  EXPECT_EQ(fill("int @name@_init(@name@);", named("soh")),
            "int soh_init(soh);");
}

TEST(Template, LeavesWhatIsNoField) {
  EXPECT_EQ(fill("a@b, @kurkle/color, @unknown@, @", named("x")),
            "a@b, @kurkle/color, @unknown@, @");
  EXPECT_EQ(fill("@unknown@name@", named("x")), "@unknownx");
}

TEST(Template, LooksIntoNoField) {
  EXPECT_EQ(fill("@name@", {{{"name", "@name@ @#a@"}}, {}}), "@name@ @#a@");
}

TEST(Template, KeepsSectionsOnDemand) {
  Fields fields = named("soh");
  fields.keep("age", true);
  EXPECT_EQ(fill("f(@#age@@name@_age, @/age@x)@^age@;@/age@", fields),
            "f(soh_age, x)");
  fields.keep("age", false);
  EXPECT_EQ(fill("f(@#age@@name@_age, @/age@x)@^age@;@/age@", fields), "f(x);");
}

TEST(Template, RepeatsSectionsForEachItem) {
  Fields fields = named("soh");
  fields.texts["prefix"] = "in";
  fields.sections["ports"] = {named("current"), named("voltage")};
  EXPECT_EQ(fill("@#ports@@prefix@_@name@;@/ports@@name@", fields),
            "in_current;in_voltage;soh");
}

TEST(Template, TagsOfSectionsTakeTheirLines) {
  Fields fields;
  fields.sections["a"] = {named("1"), named("2")};
  fields.keep("b", false);
  EXPECT_EQ(fill("top\n  @#a@\n  @name@\n  @/a@\n@#b@\nnone\n@/b@\nend\n",
                 fields),
            "top\n  1\n  2\nend\n");
}

TEST(Template, LeavesSectionsWithoutEnd) {
  Fields fields;
  fields.keep("a", true);
  EXPECT_EQ(fill("x @#a@ y", fields), "x @#a@ y");
  EXPECT_EQ(fill("x @/a@ y", fields), "x @/a@ y");
}

} // namespace
