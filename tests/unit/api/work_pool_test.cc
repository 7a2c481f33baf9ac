#include "server/api/work_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace pe {
namespace {

TEST(WorkPool, RunsWhatItTookAndRefusesWhatIsTooMuch) {
  std::atomic<int> ran{0};
  {
    std::promise<void> go;
    std::shared_future<void> gate = go.get_future().share();
    std::promise<void> busy;
    WorkPool pool(1, 2);
    EXPECT_TRUE(pool.Run([&] { busy.set_value(), gate.wait(), ++ran; }));
    busy.get_future().wait();  // the only thread is taken, the queue is empty
    EXPECT_TRUE(pool.Run([&] { ++ran; }));
    EXPECT_TRUE(pool.Run([&] { ++ran; }));
    EXPECT_FALSE(pool.Run([&] { ran += 100; }));
    pool.RunAlways([&] { ++ran; });
    go.set_value();
  }  // waits for what was taken
  EXPECT_EQ(ran, 4);
}

}  // namespace
}  // namespace pe
