// The environments that a new store has. Pure; thread-safe.
#ifndef STORAGE_COMMIT_FIRST_ENVIRONMENTS_H_
#define STORAGE_COMMIT_FIRST_ENVIRONMENTS_H_

#include <vector>

#include "provision/v1/environment.pb.h"

namespace pe {

// dev, prod and test, by name; jobs of prod need an approval. Without times: they were there from the beginning. The
// SQLite backend has the same ones from a migration, and the conformance suite compares.
std::vector<provision::v1::Environment> FirstEnvironments();

}  // namespace pe

#endif  // STORAGE_COMMIT_FIRST_ENVIRONMENTS_H_
