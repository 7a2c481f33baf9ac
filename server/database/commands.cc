#include "server/database/commands.h"

#include <sys/stat.h>
#include <sysexits.h>

#include <cstdio>
#include <ctime>
#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/text.h"
#include "storage/sqlite/backup.h"
#include "storage/sqlite/check.h"
#include "storage/sqlite/restore.h"

namespace pe {
namespace {

int Fail(const absl::Status& status) {
  absl::FPrintF(stderr, "provisiond: %s\n", status.message());
  switch (status.code()) {
    case absl::StatusCode::kNotFound:
      return EX_NOINPUT;
    case absl::StatusCode::kDataLoss:
      return EX_DATAERR;
    case absl::StatusCode::kFailedPrecondition:
      return EX_TEMPFAIL;
    default:
      return EX_CANTCREAT;
  }
}

std::string Absolute(const std::string& path) {
  std::error_code error;
  const std::filesystem::path absolute = std::filesystem::absolute(path, error);
  return error ? path : absolute.lexically_normal().string();
}

std::string SizeText(int64_t bytes) { return absl::StrFormat("%.1f MiB", static_cast<double>(bytes) / (1 << 20)); }

std::string Contents(const DatabaseReport& report) {
  std::string text = absl::StrCat(Counted(report.jobs, "job"), " (", report.unfinished, " not ended), ",
                                  Counted(report.events, "event"), ", ", Counted(report.resources, "resource"),
                                  ", schema ", report.schema, ", ", SizeText(report.bytes));
  if (report.trimmed > 0)
    absl::StrAppend(&text, "; of ", Counted(report.trimmed, "job"), " retention has dropped events");
  return text;
}

int Check(const std::string& file) {
  const auto report = CheckDatabase(file);
  if (!report.ok()) return Fail(report.status());
  if (!report->problems.empty()) {
    absl::FPrintF(stderr, "provisiond: %s is damaged:\n", file);
    for (const std::string& problem : report->problems) absl::FPrintF(stderr, "  %s\n", problem);
    return EX_DATAERR;
  }
  absl::PrintF("%s is good: %s.\n", file, Contents(*report));
  if (!report->digest) {
    absl::PrintF("There is no %s: changed bits inside of texts would not have been found.\n", DigestFileOf(file));
  }
  return EX_OK;
}

}  // namespace

int BackupCommand(const Config& config, const Flags& flags) {
  const std::string file = Absolute(flags.file);
  const absl::Status status = BackupFolder(config.data_dir, file);
  if (!status.ok()) return Fail(status);
  struct stat info = {};
  stat(file.c_str(), &info);
  absl::PrintF("Wrote %s (%s) and its digest. Check it:\n  provisiond restore --check %s\n", file,
               SizeText(info.st_size), file);
  absl::PrintF("Secrets in it are sealed with %s/secret.key, which is not in it: keep that apart.\n", config.data_dir);
  return EX_OK;
}

int RestoreCommand(const Config& config, const Flags& flags) {
  const std::string file = Absolute(flags.file);
  if (flags.check) return Check(file);
  char aside[40];
  const time_t now = time(nullptr);
  struct tm parts = {};
  strftime(aside, sizeof aside, ".before-%Y%m%dT%H%M%SZ", gmtime_r(&now, &parts));
  const auto restored = RestoreDatabase(file, config.data_dir, {.replace = flags.force, .aside = aside});
  if (!restored.ok()) return Fail(restored.status());
  absl::PrintF("Restored into %s: %s.\n", config.data_dir, Contents(restored->report));
  if (!restored->aside.empty()) absl::PrintF("The database that was there is kept as %s.\n", restored->aside);
  absl::PrintF("Secrets in it open with the secret.key that the engine had when the backup was made.\n");
  return EX_OK;
}

}  // namespace pe
