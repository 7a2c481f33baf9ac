// The work that simulated clients ask for; a function of seed and number alone, so that a repeated call is the same.
#ifndef TESTS_SIMULATION_SIM_REQUESTS_H_
#define TESTS_SIMULATION_SIM_REQUESTS_H_

#include <cstdint>
#include <string>

#include "provision/v1/provision_service.pb.h"

namespace pe::sim {

inline constexpr int kHosts = 3;
inline constexpr char kSecretValue[] = "correct-horse-battery";

provision::v1::ProvisionRequest MakeRequest(uint64_t seed, int number);
// A plain job that comes to a host when all is over, and finds what is owed there.
provision::v1::ProvisionRequest SweepRequest(int number, int host);
// A file below /etc/ssh is guarded; this one keeps new connections out as long as it is there.
bool CutsOff(const std::string& path);
// What the witness of a host is told by a step's effect.
std::string TokenOf(int number, const std::string& step);

}  // namespace pe::sim

#endif  // TESTS_SIMULATION_SIM_REQUESTS_H_
