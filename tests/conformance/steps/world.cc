#include "tests/conformance/steps/world.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "server/agent/steps/path_state.h"

namespace pe::agent {

void World::Write(const std::string& path, const std::string& content, uint32_t mode) {
  for (size_t slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1))
    MakeFolder(path.substr(0, slash));
  const absl::Status status =
      files.WriteAtomic(path, content, {.mode = mode, .uid = geteuid(), .gid = getegid()}, nullptr);
  ASSERT_TRUE(status.ok()) << status;
}

void World::MakeFolder(const std::string& path, uint32_t mode) {
  const auto info = files.Stat(path);
  ASSERT_TRUE(info.ok()) << info.status();
  if (*info) return;
  const absl::Status status = files.MakeDirectory(path, {.mode = mode, .uid = geteuid(), .gid = getegid()});
  ASSERT_TRUE(status.ok()) << status;
}

std::string World::Output(std::vector<std::string> argv) {
  const std::string name = argv[0];
  const auto result =
      processes.Run({.argv = std::move(argv), .environment = {{"DEBIAN_FRONTEND", "noninteractive"}}}, cancel);
  EXPECT_TRUE(result.ok()) << name << ": " << result.status();
  return result.ok() ? result->standard_output : "";
}

std::string World::Run(std::vector<std::string> argv) {
  const std::string name = argv[0];
  const auto result =
      processes.Run({.argv = std::move(argv), .environment = {{"DEBIAN_FRONTEND", "noninteractive"}}}, cancel);
  EXPECT_TRUE(result.ok()) << name << ": " << result.status();
  if (!result.ok()) return "";
  EXPECT_TRUE(result->ok()) << name << ": exit code " << result->exit_code << ": " << result->standard_error;
  return result->standard_output;
}

std::map<std::string, std::string> World::Snapshot(const std::vector<std::string>& paths) {
  std::map<std::string, std::string> snapshot;
  for (const std::string& path : paths) {
    const auto state = LookAt(files, path);
    if (!state.ok()) {
      snapshot[path] = std::string(state.status().message());
      continue;
    }
    if (state->kind == PathState::Kind::kAbsent) continue;
    snapshot[path] = ToText(*state);
    if (state->kind != PathState::Kind::kDirectory) continue;
    std::vector<std::string> below;
    const auto names = files.List(path);
    if (!names.ok()) continue;
    for (const std::string& name : *names) below.push_back(path == "/" ? "/" + name : path + "/" + name);
    snapshot.merge(Snapshot(below));
  }
  return snapshot;
}

}  // namespace pe::agent
