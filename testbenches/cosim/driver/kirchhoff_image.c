/* Is it an image, and one for this chip? */
#include "kirchhoff_network.h"

static void say(char* text, const char* words) {
  if (text != NULL) {
    size_t i = 0;
    for (; words[i] != '\0' && i + 1 < KIRCHHOFF_TEXT_BYTES; ++i) {
      text[i] = words[i];
    }
    text[i] = '\0';
  }
}

/* `count` things of `size` bytes from `offset` on; all within an image of `bytes`. */
static int inside(uint32_t bytes, uint32_t offset, uint64_t count, uint64_t size) {
  return offset <= bytes && offset % 4 == 0 && count * size <= (uint64_t)bytes - offset;
}

static const char* check_examples(const kirchhoff_image* image, const kirchhoff_image_examples* examples) {
  const uint32_t bytes = image->bytes;
  if (!inside(bytes, examples->offset_inputs, examples->count, image->stride)) {
    return "image: inputs of examples lie outside it";
  }
  if (!inside(bytes, examples->offset_labels, examples->count, sizeof(uint16_t))) {
    return "image: labels of examples lie outside it";
  }
  return NULL;
}

/* Tiles and epochs, whose lists are known to lie inside. */
static const char* check_parts(const kirchhoff_image* image) {
  const char* const first = (const char*)image;
  const kirchhoff_image_tile* const tiles = (const kirchhoff_image_tile*)(first + image->tiles_offset);
  const kirchhoff_image_epoch* const epochs = (const kirchhoff_image_epoch*)(first + image->epochs_offset);
  for (uint32_t i = 0; i < image->tiles_count; ++i) {
    if (tiles[i].rows == 0 || tiles[i].columns == 0 || tiles[i].rows > UINT16_MAX ||
        tiles[i].columns > UINT16_MAX ||
        !inside(image->bytes, tiles[i].weights_offset, (uint64_t)tiles[i].rows * tiles[i].columns,
                sizeof(float))) {
      return "image: weights of a tile lie outside it, or it has none";
    }
  }
  for (uint32_t i = 0; i < image->epochs_count; ++i) {
    if (!inside(image->bytes, epochs[i].order_offset, image->train.count, sizeof(uint32_t))) {
      return "image: the order of an epoch lies outside it";
    }
    if (epochs[i].writes_count > KRCH_MOST_REGISTER_WRITES ||
        !inside(image->bytes, epochs[i].writes_offset, epochs[i].writes_count,
                sizeof(krch_register_entry_t))) {
      return "image: register writes of an epoch lie outside it, or are too many";
    }
  }
  return NULL;
}

static const char* check_image(const kirchhoff_image* image, size_t available) {
  if (available < sizeof *image || image->magic != KIRCHHOFF_IMAGE_MAGIC) {
    return "image: no network image lies there (its first word is not \"KIMG\")";
  }
  if (image->version != KIRCHHOFF_IMAGE_VERSION) {
    return "image: another version of the format than this driver's";
  }
  if (image->bytes < sizeof *image || image->bytes > available) {
    return "image: cut off, it is longer than the memory it lies in";
  }
  if (image->inputs == 0 || image->classes == 0 || image->stride < image->inputs) {
    return "image: no inputs, no classes, or examples that overlap";
  }
  if (!inside(image->bytes, image->writes_offset, image->writes_count, sizeof(krch_register_entry_t)) ||
      !inside(image->bytes, image->tiles_offset, image->tiles_count, sizeof(kirchhoff_image_tile)) ||
      !inside(image->bytes, image->epochs_offset, image->epochs_count, sizeof(kirchhoff_image_epoch))) {
    return "image: a list lies outside it";
  }
  if (image->writes_count == 0 || image->tiles_count == 0) {
    return "image: no register writes or no tiles";
  }
  const char* wrong = check_examples(image, &image->train);
  wrong = wrong != NULL ? wrong : check_examples(image, &image->test);
  return wrong != NULL ? wrong : check_parts(image);
}

static const char* check_fit(const kirchhoff_image* image, const kirchhoff_info* info) {
  const kirchhoff_image_tile* const tiles =
      (const kirchhoff_image_tile*)((const char*)image + image->tiles_offset);
  for (uint32_t i = 0; i < image->tiles_count; ++i) {
    if (tiles[i].node >= info->nodes || tiles[i].rows > info->tile_rows ||
        tiles[i].columns > info->tile_columns) {
      return "image: made for another chip: a block does not fit its tile, or there is no such tile";
    }
  }
  return NULL;
}

int kirchhoff_check_image(const kirchhoff_image* image, size_t available, const kirchhoff_info* info,
                          char* text) {
  if (image == NULL) {
    return KIRCHHOFF_E_ARGUMENT;
  }
  const char* wrong = check_image(image, available);
  if (wrong != NULL) {
    say(text, wrong);
    return KIRCHHOFF_E_IMAGE;
  }
  wrong = info == NULL ? NULL : check_fit(image, info);
  if (wrong != NULL) {
    say(text, wrong);
    return KIRCHHOFF_E_CAPABILITY;
  }
  say(text, "");
  return KIRCHHOFF_OK;
}
