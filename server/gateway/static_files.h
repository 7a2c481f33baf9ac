// StaticFiles: the page's files, from the table in the program or from a folder that is read once at the start.
// Thread rule: thread-safe after Open.
#ifndef SERVER_GATEWAY_STATIC_FILES_H_
#define SERVER_GATEWAY_STATIC_FILES_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/gateway/assets.h"

namespace pe::gateway {

class StaticFiles {
 public:
  // `assets` outlive it.
  explicit StaticFiles(absl::Span<const Asset> assets);
  // Every regular file below `folder`, whose links are not followed; FILE.gz is FILE's gzipped form.
  // FAILED_PRECONDITION without an index.html, or beyond 64 MiB.
  static absl::StatusOr<std::unique_ptr<StaticFiles>> Read(const std::string& folder);

  // nullptr: there is no such file.
  const Asset* Find(absl::string_view path) const;

 private:
  std::vector<std::unique_ptr<std::string>> owned_;  // what was read
  std::map<std::string, Asset> assets_;
};

}  // namespace pe::gateway

#endif  // SERVER_GATEWAY_STATIC_FILES_H_
