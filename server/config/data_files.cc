#include "server/config/data_files.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace pe {
namespace {

constexpr size_t kKeyBytes = 32;

absl::Status Failed(absl::string_view what, const std::string& path) {
  const int error = errno;
  return absl::ErrnoToStatus(error, absl::StrCat("cannot ", what, " ", path, ": ", strerror(error)));
}

std::string RandomBytes(size_t count) {
  std::string bytes(count, '\0');
  randombytes_buf(bytes.data(), bytes.size());
  return bytes;
}

absl::Status WriteAll(int fd, absl::string_view content, const std::string& path) {
  while (!content.empty()) {
    const ssize_t n = write(fd, content.data(), content.size());
    if (n < 0 && errno != EINTR) return Failed("write", path);
    if (n > 0) content.remove_prefix(static_cast<size_t>(n));
  }
  return fsync(fd) == 0 ? absl::OkStatus() : Failed("write", path);
}

}  // namespace

absl::Status MakePrivateFolder(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), error);
  if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return Failed("make the folder", path);
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) return Failed("look at", path);
  if (!S_ISDIR(info.st_mode))
    return absl::FailedPreconditionError(absl::StrCat(path, " is not a folder; choose another one"));
  if (info.st_uid != geteuid()) {
    return absl::FailedPreconditionError(absl::StrCat(path, " belongs to uid ", info.st_uid, " and this runs as uid ",
                                                      geteuid(), "; run as that user, or choose another folder"));
  }
  if ((info.st_mode & 077) != 0 && chmod(path.c_str(), 0700) != 0) return Failed("narrow the mode of", path);
  return absl::OkStatus();
}

absl::Status WritePrivateFile(const std::string& path, absl::string_view content) {
  std::string temporary = absl::StrCat(path, ".XXXXXX");
  const int fd = mkostemp(temporary.data(), O_CLOEXEC);  // 0600
  if (fd < 0) return Failed("write", path);
  absl::Status status = WriteAll(fd, content, path);
  close(fd);
  if (status.ok() && rename(temporary.c_str(), path.c_str()) != 0) status = Failed("write", path);
  if (!status.ok()) unlink(temporary.c_str());
  return status;
}

absl::StatusOr<std::string> ReadOrMakeSecretKey(const std::string& folder) {
  const std::string path = absl::StrCat(folder, "/secret.key");
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) {
    if (errno != ENOENT) return Failed("look at", path);
    const std::string key = RandomBytes(kKeyBytes);
    PE_RETURN_IF_ERROR(WritePrivateFile(path, key));
    return key;
  }
  if ((info.st_mode & 077) != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, " can be read by others; if that was a mistake: chmod 0600 ", path));
  }
  std::ifstream file(path, std::ios::binary);
  std::string key((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (key.size() != kKeyBytes) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, " has ", key.size(), " bytes and should have ", kKeyBytes,
                     "; restore it from a backup: what it sealed cannot be read without it"));
  }
  return key;
}

absl::StatusOr<std::string> MakeToken(const std::string& folder) {
  const std::string token = absl::WebSafeBase64Escape(RandomBytes(32));
  PE_RETURN_IF_ERROR(WritePrivateFile(absl::StrCat(folder, "/token"), absl::StrCat(token, "\n")));
  return token;
}

}  // namespace pe
