/* What the programs share: the chip opened, the image found, numbers in words. */
#ifndef BOARD_H
#define BOARD_H

#include <kirchhoff_network.h>

/* Exit codes, as those of the programs of the house. */
enum { BOARD_PASS = 0, BOARD_FAILED = 1, BOARD_BAD_INPUT = 2 };

struct board {
  kirchhoff_device chip;
  kirchhoff_network network;
};

/* Each says on the console what it finds, or what is wrong and then returns another code than BOARD_PASS.
   Opens the chip with a ring of so many entries, interrupts attached. */
int board_open(struct board* board, const char* program, uint32_t ring_entries);
/* Finds the network image in memory. */
int board_find_network(struct board* board);
/* And programs it. */
int board_program(struct board* board);

/* "what: why", with the chip's error; returns BOARD_FAILED. */
int board_failure(struct board* board, const char* what, int code);

/* "93.4", from so many of so many; "-" of none. */
const char* percent(uint32_t part, uint32_t whole);
/* "1.234 ms". */
const char* duration(uint64_t ns);

/* CRC-32 (IEEE 802.3), of `bytes`, going on from `crc`; 0 at first. */
uint32_t crc32(uint32_t crc, const void* bytes, size_t count);

#endif
