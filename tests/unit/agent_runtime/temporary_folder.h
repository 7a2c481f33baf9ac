// A new empty folder that is removed with everything in it at the end of a test.
#ifndef TESTS_UNIT_AGENT_RUNTIME_TEMPORARY_FOLDER_H_
#define TESTS_UNIT_AGENT_RUNTIME_TEMPORARY_FOLDER_H_

#include <stdlib.h>

#include <filesystem>
#include <string>

namespace pe::agent {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = std::filesystem::temp_directory_path() / "pe-test-XXXXXX";
    if (mkdtemp(pattern.data()) == nullptr) abort();
    path_ = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace pe::agent

#endif  // TESTS_UNIT_AGENT_RUNTIME_TEMPORARY_FOLDER_H_
