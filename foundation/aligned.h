#pragma once

#include <cstddef>
#include <new>
#include <vector>

namespace kirchhoff::foundation {

inline constexpr std::size_t cache_line_bytes = 64;
/// Floats in the widest vector register that kernels are compiled for.
inline constexpr std::size_t vector_floats = 16;

/// Allocates on cache-line boundaries, so that a row starts on one.
template <typename T>
struct AlignedAllocator {
  using value_type = T;
  AlignedAllocator() = default;
  template <typename U>
  explicit AlignedAllocator(const AlignedAllocator<U>& /*other*/) {}
  T* allocate(std::size_t count) {
    return static_cast<T*>(::operator new (count * sizeof(T), std::align_val_t{cache_line_bytes}));
  }
  void deallocate(T* pointer, std::size_t /*count*/) {
    ::operator delete (pointer, std::align_val_t{cache_line_bytes});
  }
  template <typename U>
  bool operator==(const AlignedAllocator<U>& /*other*/) const {
    return true;
  }
};

template <typename T>
using AlignedVector = std::vector<T, AlignedAllocator<T>>;

/// Columns padded to whole vector registers.
constexpr std::size_t padded_to_vector(std::size_t count) {
  return (count + vector_floats - 1) / vector_floats * vector_floats;
}

}  // namespace kirchhoff::foundation
