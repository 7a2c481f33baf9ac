#include "server/engine/secret_box.h"

#include <gtest/gtest.h>

namespace pe {
namespace {

const std::string kKey(32, 'k');

TEST(SecretBox, OpensWhatItSealed) {
  const SecretBox box(kKey);
  const SecretValues values = {{"token", "s3cr3t-canary"}, {"empty", ""}};
  const std::string sealed = box.Seal(values);
  EXPECT_EQ(sealed.find("s3cr3t"), std::string::npos);
  EXPECT_NE(sealed, box.Seal(values)) << "a nonce is never used twice";
  const auto opened = box.Unseal(sealed);
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(*opened, values);
}

TEST(SecretBox, RefusesWhatWasAlteredOrSealedWithAnotherKey) {
  const SecretBox box(kKey);
  std::string sealed = box.Seal({{"a", "b"}});
  EXPECT_TRUE(absl::IsDataLoss(SecretBox(std::string(32, 'x')).Unseal(sealed).status()));
  for (size_t i = 0; i < sealed.size(); ++i) {
    std::string altered = sealed;
    altered[i] ^= 1;
    EXPECT_FALSE(box.Unseal(altered).ok()) << "byte " << i;
  }
  EXPECT_FALSE(box.Unseal("short").ok());
}

TEST(SecretBox, DigestsDependOnTheKey) {
  EXPECT_EQ(SecretBox(kKey).KeyedDigest("x"), SecretBox(kKey).KeyedDigest("x"));
  EXPECT_NE(SecretBox(kKey).KeyedDigest("x"), SecretBox(std::string(32, 'y')).KeyedDigest("x"));
}

}  // namespace
}  // namespace pe
