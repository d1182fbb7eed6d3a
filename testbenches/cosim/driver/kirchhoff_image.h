/* A network and its data in memory, as a tool prepares it and a driver programs it.
 * Little-endian; offsets count from the first byte of the image; each part is aligned to 64 bytes. */
#ifndef KIRCHHOFF_IMAGE_H
#define KIRCHHOFF_IMAGE_H
#include <stdint.h>
#define KIRCHHOFF_IMAGE_MAGIC 0x474d494bU /* "KIMG" */
#define KIRCHHOFF_IMAGE_VERSION 1U
typedef struct {
  uint32_t node;           /* tile that holds the block */
  uint32_t rows, columns;  /* of the block */
  uint32_t weights_offset; /* rows x columns float32, the initial weights */
} kirchhoff_image_tile;
typedef struct {
  uint32_t order_offset; /* training examples in their order, uint32 each */
  uint32_t writes_offset,
      writes_count; /* register writes before the epoch, such as its learning rate; (address, value) */
} kirchhoff_image_epoch;
typedef struct {
  uint32_t offset_inputs, offset_labels, count; /* bytes [count][stride], uint16 [count] */
} kirchhoff_image_examples;
typedef struct {
  uint32_t magic, version;
  uint32_t bytes;           /* of the whole image */
  uint32_t inputs, classes; /* of the network */
  uint32_t stride;          /* bytes from example to example */
  uint32_t writes_offset,
      writes_count; /* register writes (address, value) that turn an unconfigured chip into the network */
  uint32_t tiles_offset, tiles_count;
  uint32_t epochs_offset, epochs_count;
  kirchhoff_image_examples train, test;
} kirchhoff_image;
#endif
