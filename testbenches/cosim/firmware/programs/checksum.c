/* Arithmetic of the core alone: multiplication, division, atomics, compressed and whole instructions, memory,
 * calls. It touches nothing but UART and finisher, reads no time, and prints the same on every RV32IMAC
 * machine. */
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "board.h"

enum { rounds = 20000, words = 256 };

static uint32_t state = 0x12345678U;

static uint32_t random32(void) { /* xorshift, Marsaglia 2003 */
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state;
}

/* Quotients and remainders, those by zero and of the smallest number by -1 included, which RISC-V defines. */
static uint32_t divisions(uint32_t a, uint32_t b) {
  uint32_t u_quotient;
  uint32_t u_remainder;
  uint32_t quotient;
  uint32_t remainder;
  __asm__("divu %0, %1, %2" : "=r"(u_quotient) : "r"(a), "r"(b));
  __asm__("remu %0, %1, %2" : "=r"(u_remainder) : "r"(a), "r"(b));
  __asm__("div %0, %1, %2" : "=r"(quotient) : "r"(a), "r"(b));
  __asm__("rem %0, %1, %2" : "=r"(remainder) : "r"(a), "r"(b));
  return u_quotient ^ (u_remainder << 7) ^ (quotient << 13) ^ (remainder >> 3);
}

static uint32_t products(uint32_t a, uint32_t b) {
  const uint64_t whole = (uint64_t)a * b;
  const int64_t is_signed = (int64_t)(int32_t)a * (int32_t)b;
  uint32_t mixed;
  __asm__("mulhsu %0, %1, %2" : "=r"(mixed) : "r"(a), "r"(b));
  return (uint32_t)whole + (uint32_t)(whole >> 32) * 3U + (uint32_t)((uint64_t)is_signed >> 32) * 5U +
         mixed * 7U;
}

static uint32_t atomics(atomic_uint* word, uint32_t operand) {
  uint32_t sum = atomic_fetch_add(word, operand);
  sum = sum * 31 + atomic_fetch_xor(word, operand >> 3);
  sum = sum * 31 + atomic_fetch_and(word, operand | 0xffffU);
  sum = sum * 31 + atomic_fetch_or(word, operand & 0xff00U);
  uint32_t expected = atomic_load(word);
  sum += atomic_compare_exchange_strong(word, &expected, sum) ? 1U : 0U; /* lr.w, sc.w */
  __asm__ volatile("amomax.w %0, %1, (%2)" : "=r"(expected) : "r"(operand), "r"(word) : "memory");
  return sum + expected;
}

static uint32_t recursion(uint32_t depth, uint32_t value) {
  return depth == 0 ? value : recursion(depth - 1, value * 2654435761U + depth) ^ depth;
}

static uint32_t sorted(uint32_t* data) { /* Shell's sort */
  for (uint32_t gap = words / 2; gap > 0; gap /= 2) {
    for (uint32_t i = gap; i < words; ++i) {
      const uint32_t value = data[i];
      uint32_t j = i;
      for (; j >= gap && data[j - gap] > value; j -= gap) {
        data[j] = data[j - gap];
      }
      data[j] = value;
    }
  }
  return crc32(0, data, words * sizeof *data);
}

int main(void) {
  static uint32_t data[words];
  static uint8_t bytes[words];
  static atomic_uint word;
  uint32_t sum = 0;
  for (uint32_t i = 0; i < rounds; ++i) {
    const uint32_t a = i % 16 == 0 ? 0x80000000U : random32();
    const uint32_t b = i % 16 == 0 ? (i % 32 == 0 ? UINT32_MAX : 0U) : random32() >> (i & 31U);
    sum = sum * 33 + divisions(a, b);
    sum ^= products(a, b);
    sum += atomics(&word, a);
    data[i % words] = sum;
    memcpy(&bytes[i % (words - 8)], &data[i % words], 4); /* also where it is not aligned */
    sum += bytes[(i * 7) % words];
    if (i % 1024 == 1023) {
      sum ^= recursion(64, sum);
      sum ^= sorted(data);
    }
  }
  printf("checksum 0x%08" PRIx32 "\n", crc32(sum, data, sizeof data));
  return BOARD_PASS;
}
