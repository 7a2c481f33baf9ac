#include "server/gateway/static_files.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/digest.h"

namespace pe::gateway {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxBytes = size_t{64} << 20;

struct TypeOfName {
  const char* extension;
  const char* type;
};
constexpr TypeOfName kTypes[] = {
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".svg", "image/svg+xml"},
    {".json", "application/json"},
    {".webmanifest", "application/manifest+json"},
    {".png", "image/png"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".txt", "text/plain; charset=utf-8"},
    {".map", "application/json"},
};

const char* TypeOf(absl::string_view path) {
  for (const TypeOfName& known : kTypes) {
    if (absl::EndsWith(path, known.extension)) return known.type;
  }
  return "application/octet-stream";
}

// "/assets/app-1a2b3c4d.js", as bundlers name what they hash.
bool HasHash(absl::string_view path) {
  if (!absl::StartsWith(path, "/assets/")) return false;
  const size_t dash = path.rfind('-');
  const size_t dot = dash == path.npos ? path.npos : path.find('.', dash);
  return dot != path.npos && dot - dash > 8;
}

}  // namespace

StaticFiles::StaticFiles(absl::Span<const Asset> assets) {
  for (const Asset& asset : assets) assets_.emplace(std::string(asset.path), asset);
}

absl::StatusOr<std::unique_ptr<StaticFiles>> StaticFiles::Read(const std::string& folder) {
  auto files = std::make_unique<StaticFiles>(absl::Span<const Asset>());
  const auto keep = [&](std::string text) {
    files->owned_.push_back(std::make_unique<std::string>(std::move(text)));
    return absl::string_view(*files->owned_.back());
  };
  size_t total = 0;
  std::error_code error;
  for (const auto& entry : fs::recursive_directory_iterator(folder, error)) {
    if (entry.is_symlink() || !entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const absl::string_view bytes =
        keep(std::string((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>()));
    total += bytes.size();
    if (total > kMaxBytes) return absl::FailedPreconditionError(absl::StrCat(folder, " holds more than 64 MiB"));
    const std::string path = absl::StrCat("/", fs::relative(entry.path(), folder).generic_string());
    if (absl::EndsWith(path, ".gz")) {
      files->assets_[path.substr(0, path.size() - 3)].gzip = bytes;
      continue;
    }
    Asset& asset = files->assets_[path];
    asset.path = keep(path);
    asset.content_type = TypeOf(path);
    asset.bytes = bytes;
    asset.etag = keep(absl::StrCat("\"", Sha256Hex(bytes).substr(0, 32), "\""));
    asset.immutable = HasHash(path);
  }
  // A .gz of nothing is no file.
  for (auto at = files->assets_.begin(); at != files->assets_.end();) {
    at = at->second.path.empty() ? files->assets_.erase(at) : std::next(at);
  }
  if (error || files->Find("/index.html") == nullptr) {
    return absl::FailedPreconditionError(absl::StrCat(folder, " is not a folder with an index.html"));
  }
  return files;
}

const Asset* StaticFiles::Find(absl::string_view path) const {
  const auto found = assets_.find(std::string(path));
  return found == assets_.end() ? nullptr : &found->second;
}

}  // namespace pe::gateway
