// A public key made for these tests; nobody has its secret part.
#ifndef TESTS_CONFORMANCE_STEPS_TEST_KEY_H_
#define TESTS_CONFORMANCE_STEPS_TEST_KEY_H_

namespace pe::agent {

inline constexpr char kTestKeyFingerprint[] = "83E1ED3F6CF980E466621DE7DC8BD301C4614E2E";
inline constexpr char kTestKey[] = R"(-----BEGIN PGP PUBLIC KEY BLOCK-----

mDMEawNfORYJKwYBBAHaRw8BAQdA8uUhQgJcxCiSJi0R1pdfD8uY6Lp00ra3pmio
qqh0cEa0KUNvbmZvcm1hbmNlIDxjb25mb3JtYW5jZUBleGFtcGxlLmludmFsaWQ+
iJAEExYIADgWIQSD4e0/bPmA5GZiHefci9MBxGFOLgUCawNfOQIbAwULCQgHAgYV
CgkICwIEFgIDAQIeAQIXgAAKCRDci9MBxGFOLvaxAP9HXEiONmEdA5jPI/vKU8FW
iXTBSQDLbO3fZMTti5qrrAD+JiJyRbcb0Vt2ln9Yhg+5472JnnyGm5EWSCJBHXHZ
6QM=
=J5nx
-----END PGP PUBLIC KEY BLOCK-----
)";

}  // namespace pe::agent

#endif  // TESTS_CONFORMANCE_STEPS_TEST_KEY_H_
