// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Nothing but the files decides the bytes: no times, no compression, whose
// result would hang on the version of a library.
#include "frontend/package/Package.h"

#include <zip.h>

#include <memory>

using namespace dlnet;

namespace {

/// 1 January 1980, 00:00, the first day that a zip can say.
constexpr zip_uint16_t kDosDate = (0 << 9) | (1 << 5) | 1, kDosTime = 0;
constexpr zip_uint32_t kRegularFile = 0100644u << 16;

/// Adds a file; `content` must outlive the archive.
bool add(zip_t *archive, const std::string &path, const std::string &content) {
  zip_source_t *source =
      zip_source_buffer(archive, content.data(), content.size(), 0);
  if (!source)
    return false;
  zip_int64_t index =
      zip_file_add(archive, path.c_str(), source, ZIP_FL_ENC_UTF_8);
  if (index < 0) {
    zip_source_free(source);
    return false;
  }
  return zip_set_file_compression(archive, index, ZIP_CM_STORE, 0) == 0 &&
         zip_file_set_dostime(archive, index, kDosTime, kDosDate, 0) == 0 &&
         zip_file_set_external_attributes(archive, index, 0, ZIP_OPSYS_UNIX,
                                          kRegularFile) == 0;
}

} // namespace

Result<std::string> package::zip(const Files &files) {
  zip_error_t error;
  zip_error_init(&error);
  auto failure = [&](zip_error_t *of) {
    Failure said{std::string("zip: ") + zip_error_strerror(of)};
    zip_error_fini(&error);
    return said;
  };
  std::unique_ptr<zip_source_t, decltype(&zip_source_free)> bytes(
      zip_source_buffer_create(nullptr, 0, 0, &error), zip_source_free);
  if (!bytes)
    return failure(&error);
  zip_t *archive =
      zip_open_from_source(bytes.get(), ZIP_CREATE | ZIP_TRUNCATE, &error);
  if (!archive)
    return failure(&error);
  zip_source_keep(bytes.get()); // The archive takes one, this keeps another.
  for (const auto &[path, content] : files)
    if (!add(archive, path, content)) {
      Failure said = failure(zip_get_error(archive));
      zip_discard(archive);
      return said;
    }
  if (zip_close(archive) != 0) {
    Failure said = failure(zip_get_error(archive));
    zip_discard(archive);
    return said;
  }

  zip_stat_t stat;
  if (zip_source_stat(bytes.get(), &stat) != 0 ||
      zip_source_open(bytes.get()) != 0)
    return failure(zip_source_error(bytes.get()));
  std::string result(stat.size, '\0');
  zip_int64_t read = zip_source_read(bytes.get(), result.data(), stat.size);
  zip_source_close(bytes.get());
  if (read < 0 || static_cast<zip_uint64_t>(read) != stat.size)
    return failure(zip_source_error(bytes.get()));
  zip_error_fini(&error);
  return result;
}
