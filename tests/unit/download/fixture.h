// A Downloader over a folder of its own, and Get, which waits for its answer.
#ifndef TESTS_UNIT_DOWNLOAD_FIXTURE_H_
#define TESTS_UNIT_DOWNLOAD_FIXTURE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <utility>

#include "base/digest.h"
#include "server/download/downloader.h"
#include "tests/unit/download/test_http_server.h"

namespace pe {

class DownloadTest : public testing::Test {
 protected:
  using Result = absl::StatusOr<std::shared_ptr<const Blob>>;

  DownloadTest() {
    std::string pattern = std::filesystem::temp_directory_path() / "pe-download-XXXXXX";
    folder_ = mkdtemp(pattern.data());
    options_.folder = blobs();
    options_.allow_private = true;
    options_.pause_us = 1000;
  }
  ~DownloadTest() override {
    downloader_.reset();
    std::filesystem::remove_all(folder_);
  }

  std::string blobs() const { return folder_ / "blobs"; }
  // A new one, with the options of now; what the one before has cached stays.
  void Start() {
    downloader_.reset();
    auto started = Downloader::Start(options_, clock_);
    ASSERT_TRUE(started.ok()) << started.status();
    downloader_ = *std::move(started);
  }
  std::future<Result> Ask(const std::string& url, const std::string& digest) {
    if (downloader_ == nullptr) Start();
    auto answer = std::make_shared<std::promise<Result>>();
    downloader_->Fetch(url, digest, [answer](Result result) { answer->set_value(std::move(result)); });
    return answer->get_future();
  }
  Result Get(const std::string& url, const std::string& digest) { return Ask(url, digest).get(); }
  // The text of what came, or of the error.
  static std::string Text(const Result& result) {
    if (!result.ok()) return result.status().ToString();
    const auto bytes = (*result)->Read(0, static_cast<size_t>((*result)->size()));
    return bytes.ok() ? *bytes : bytes.status().ToString();
  }
  std::vector<std::string> Cached() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(blobs())) names.push_back(entry.path().filename());
    return names;
  }

  std::filesystem::path folder_;
  DownloadOptions options_;
  SystemClock clock_;
  std::unique_ptr<Downloader> downloader_;
};

}  // namespace pe

#endif  // TESTS_UNIT_DOWNLOAD_FIXTURE_H_
