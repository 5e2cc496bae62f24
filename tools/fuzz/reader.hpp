#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace facelex::fuzz {

/// Hands `bytes` to `read`, as a file of that name. An Error of kind data that names the file in one short
/// line is what a reader may throw; anything else ends the process, which is what libFuzzer looks for.
int read_as_file(const std::uint8_t* bytes, std::size_t size, const std::string& name,
                 const std::function<void(const std::filesystem::path&)>& read);
/// Stops the process when `holds` is false.
void require(bool holds, const char* what);

}  // namespace facelex::fuzz
