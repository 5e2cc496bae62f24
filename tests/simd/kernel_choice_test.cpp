#include "facelex/simd/kernel_choice.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <string>

#include "facelex/core/error.hpp"

namespace facelex {
namespace {

class KernelKinds : public testing::Test {
 protected:
  void SetUp() override {
    if (const char* set = std::getenv(variable)) before_ = set;
    unsetenv(variable);
  }
  void TearDown() override { before_.empty() ? unsetenv(variable) : setenv(variable, before_.c_str(), 1); }
  static std::string name(KernelKind kind) {
    return std::string(kernel_kind_names[static_cast<std::size_t>(kind)]);
  }

  static constexpr const char* variable = "FACELEX_KERNELS";

 private:
  std::string before_;
};

struct Table {
  const char* name;
};
const Table of_avx512 = {"avx512"}, of_avx2 = {"avx2"}, of_any = {"portable"};
using Choice = KernelChoice<Table, of_avx512, of_avx2, of_any>;

TEST_F(KernelKinds, TheFastestIsTakenWhenNothingIsAskedFor) {
  EXPECT_EQ(kernel_kinds().back(), KernelKind::portable);
  EXPECT_EQ(chosen_kernel_kind(), kernel_kinds().front());
  setenv(variable, "", 1);
  EXPECT_EQ(chosen_kernel_kind(), kernel_kinds().front());
}

TEST_F(KernelKinds, EachThatTheProcessorHasCanBeAskedFor) {
  for (const KernelKind kind : kernel_kinds()) {
    setenv(variable, name(kind).c_str(), 1);
    EXPECT_EQ(chosen_kernel_kind(), kind);
    ASSERT_NE(Choice::named(name(kind)), nullptr);
    EXPECT_EQ(Choice::named(name(kind))->name, name(kind));
  }
}

TEST_F(KernelKinds, WhatThereIsNotIsRefusedByNameWithWhatThereIs) {
  std::string there;
  for (const KernelKind kind : kernel_kinds()) there += (there.empty() ? "" : ", ") + name(kind);
  const std::string remedy = "; take one of " + there + ", or leave it unset for the fastest";
  for (const char* word : {"avx", "AVX2", "fastest", " avx2"}) {
    setenv(variable, word, 1);
    try {
      chosen_kernel_kind();
      ADD_FAILURE() << word;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage);
      EXPECT_EQ(error.what(), "FACELEX_KERNELS: there are no kernels '" + std::string(word) + "'" + remedy);
    }
    EXPECT_EQ(Choice::named(word), nullptr);
  }
  const auto kinds = kernel_kinds();
  for (const KernelKind kind : {KernelKind::avx512, KernelKind::avx2}) {
    if (std::find(kinds.begin(), kinds.end(), kind) != kinds.end()) continue;
    setenv(variable, name(kind).c_str(), 1);
    try {
      chosen_kernel_kind();
      ADD_FAILURE() << name(kind);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::environment);
      EXPECT_EQ(error.what(),
                "FACELEX_KERNELS: this processor has no " + name(kind) + " instructions" + remedy);
    }
    EXPECT_EQ(Choice::named(name(kind)), nullptr);
  }
}

}  // namespace
}  // namespace facelex
