// A folder below the test's temporary one that goes when the object goes.
#ifndef TESTS_CONFORMANCE_STORAGE_TEMP_FOLDER_H_
#define TESTS_CONFORMANCE_STORAGE_TEMP_FOLDER_H_

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <string>

namespace pe {

class TempFolder {
 public:
  TempFolder() {
    std::string name = testing::TempDir() + "/store-XXXXXX";
    if (mkdtemp(name.data()) == nullptr) abort();
    path_ = name;
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace pe

#endif  // TESTS_CONFORMANCE_STORAGE_TEMP_FOLDER_H_
