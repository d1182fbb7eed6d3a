#include <cstring>

#include "foundation/dispatch.h"
#include "tiles/vector_codec.h"

namespace kirchhoff::tiles {

using interconnect::bytes_of;
using interconnect::VectorFormat;

namespace {

// Payloads have no alignment: elements go through memcpy, which the compiler turns into vector loads.
template <typename T>
inline void decode_all(const std::byte* bytes, float* out, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    T value;
    std::memcpy(&value, bytes + i * sizeof(T), sizeof(T));
    out[i] = static_cast<float>(value);
  }
}

template <typename T>
inline void encode_all(const float* values, std::byte* bytes, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const auto value = static_cast<T>(static_cast<std::int32_t>(values[i]));
    std::memcpy(bytes + i * sizeof(T), &value, sizeof(T));
  }
}

KIRCHHOFF_CLONES void decode_u8(const std::byte* bytes, float* out, std::size_t count) {
  decode_all<std::uint8_t>(bytes, out, count);
}
KIRCHHOFF_CLONES void decode_s16(const std::byte* bytes, float* out, std::size_t count) {
  decode_all<std::int16_t>(bytes, out, count);
}
KIRCHHOFF_CLONES void encode_u8(const float* values, std::byte* bytes, std::size_t count) {
  encode_all<std::uint8_t>(values, bytes, count);
}
KIRCHHOFF_CLONES void encode_s16(const float* values, std::byte* bytes, std::size_t count) {
  encode_all<std::int16_t>(values, bytes, count);
}

}  // namespace

bool decode(VectorFormat format, std::span<const std::byte> bytes, std::size_t first, std::span<float> out) {
  const std::size_t width = bytes_of(format);
  if ((first + out.size()) * width > bytes.size()) {
    return false;
  }
  const std::byte* from = bytes.data() + first * width;
  switch (format) {
    case VectorFormat::u8:
      decode_u8(from, out.data(), out.size());
      return true;
    case VectorFormat::s16:
      decode_s16(from, out.data(), out.size());
      return true;
    case VectorFormat::s32:
      decode_all<std::int32_t>(from, out.data(), out.size());
      return true;
    case VectorFormat::f32:
      std::memcpy(out.data(), from, out.size_bytes());
      return true;
    case VectorFormat::none:
      break;
  }
  return out.empty();
}

std::size_t encode(VectorFormat format, std::span<const float> values, std::span<std::byte> bytes) {
  switch (format) {
    case VectorFormat::u8:
      encode_u8(values.data(), bytes.data(), values.size());
      break;
    case VectorFormat::s16:
      encode_s16(values.data(), bytes.data(), values.size());
      break;
    case VectorFormat::s32:
      encode_all<std::int32_t>(values.data(), bytes.data(), values.size());
      break;
    case VectorFormat::f32:
      std::memcpy(bytes.data(), values.data(), values.size_bytes());
      break;
    case VectorFormat::none:
      return 0;
  }
  return values.size() * bytes_of(format);
}

}  // namespace kirchhoff::tiles
