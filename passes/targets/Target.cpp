// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/targets/Target.h"

#include <algorithm>

using namespace dlnet::cost;

bool Target::has(ProductForm form) const {
  return form == ProductForm::FourRows ? products.fourRows.bytes != 0
         : isDense(form)               ? products.dense.count(form) != 0
                                       : products.sparse.count(form) != 0;
}

ProductForm Target::dense(bool dualRowsAreExact) const {
  if (has(ProductForm::FourRows))
    return ProductForm::FourRows;
  return dualRowsAreExact ? ProductForm::DualRow : ProductForm::BytePair;
}

ProductForm Target::sparse(bool dualRowsAreExact) const {
  return dualRowsAreExact && has(ProductForm::DualRowSparse)
             ? ProductForm::DualRowSparse
             : ProductForm::BytePairSparse;
}

const Target *dlnet::cost::findTarget(const std::string &name) {
  const std::vector<Target> &all = targets();
  auto it = std::find_if(all.begin(), all.end(), [&](const Target &target) {
    return target.name == name;
  });
  return it == all.end() ? nullptr : &*it;
}

std::string dlnet::cost::targetNames() {
  std::string names;
  for (const Target &target : targets())
    names += (names.empty() ? "" : ", ") + target.name;
  return names;
}
