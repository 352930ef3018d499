// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A value or the reason why there is none. The libraries that know neither
// LLVM nor LibTorch report failures with it, so that no exception crosses
// their interface and no caller can use a value that is not there.
#ifndef DLNET_FRONTEND_SUPPORT_RESULT_H
#define DLNET_FRONTEND_SUPPORT_RESULT_H

#include <cassert>
#include <string>
#include <utility>
#include <variant>

namespace dlnet {

/// Why an operation failed: one sentence that names what and where.
struct Failure {
  std::string message;
};

/// Holds either a `T` or a `Failure`; converts to false when it failed.
template <typename T> class [[nodiscard]] Result {
public:
  Result(T value) : content(std::in_place_index<0>, std::move(value)) {}
  Result(Failure failure)
      : content(std::in_place_index<1>, std::move(failure)) {}

  explicit operator bool() const { return content.index() == 0; }

  T &operator*() { return get(); }
  const T &operator*() const { return get(); }
  T *operator->() { return &get(); }
  const T *operator->() const { return &get(); }

  /// The reason of the failure; only when there is no value.
  const std::string &message() const {
    assert(!*this && "asked a success for its failure");
    return std::get<1>(content).message;
  }
  Failure failure() const { return Failure{message()}; }

private:
  T &get() {
    assert(*this && "used the value of a failed result");
    return std::get<0>(content);
  }
  const T &get() const {
    assert(*this && "used the value of a failed result");
    return std::get<0>(content);
  }

  std::variant<T, Failure> content;
};

/// The result of an operation that yields nothing but may fail.
using Status = Result<std::monostate>;
inline Status success() { return Status(std::monostate{}); }

} // namespace dlnet

#endif // DLNET_FRONTEND_SUPPORT_RESULT_H
