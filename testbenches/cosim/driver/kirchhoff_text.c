/* Codes and errors in words. */
#include "kirchhoff_driver.h"

typedef struct {
  char* text;
  size_t bytes, used;
} writer;

static void put(writer* to, const char* words) {
  for (; *words != '\0' && to->used + 1 < to->bytes; ++words) {
    to->text[to->used++] = *words;
  }
  if (to->bytes > 0) {
    to->text[to->used] = '\0';
  }
}

static void put_number(writer* to, uint64_t value, unsigned base) {
  char digits[21];
  size_t first = sizeof digits;
  digits[--first] = '\0';
  do {
    digits[--first] = "0123456789abcdef"[value % base];
    value /= base;
  } while (value != 0);
  put(to, &digits[first]);
}

const char* kirchhoff_code_text(int code) {
  switch (code) {
    case KIRCHHOFF_OK:
      return "done";
    case KIRCHHOFF_E_ARGUMENT:
      return "an argument makes no sense";
    case KIRCHHOFF_E_NO_DEVICE:
      return "no Kirchhoff chip answers";
    case KIRCHHOFF_E_VERSION:
      return "the chip's register map has another major version than this driver";
    case KIRCHHOFF_E_CAPABILITY:
      return "the chip is too small or cannot do this";
    case KIRCHHOFF_E_MEMORY:
      return "no memory left that the chip can reach";
    case KIRCHHOFF_E_FULL:
      return "the descriptor ring is full";
    case KIRCHHOFF_E_TIMEOUT:
      return "the chip did not finish in time";
    case KIRCHHOFF_E_CHIP:
      return "the chip reports an error";
    case KIRCHHOFF_E_DROPPED:
      return "the descriptor left the ring without a completion record";
    case KIRCHHOFF_E_TAG:
      return "no descriptor with this tag is known any more";
    case KIRCHHOFF_E_PENDING:
      return "not done yet";
    case KIRCHHOFF_E_IMAGE:
      return "the network image is not usable";
    default:
      return "an unknown code";
  }
}

typedef struct {
  uint32_t cause;
  const char* name;
} named_cause;

#define CAUSE(name) \
  { KRCH_CAUSE_##name, #name }
static const named_cause causes[] = {CAUSE(NONE),
                                     CAUSE(UNMAPPED_ADDRESS),
                                     CAUSE(UNSUPPORTED_SIZE),
                                     CAUSE(BURST_ACROSS_REGIONS),
                                     CAUSE(BYTE_ENABLES),
                                     CAUSE(READ_ONLY),
                                     CAUSE(REFUSED_BY_NODE),
                                     CAUSE(RING_SIZE),
                                     CAUSE(RING_OVERFLOW),
                                     CAUSE(RING_BUSY),
                                     CAUSE(RING_ADDRESS),
                                     CAUSE(OPERATION),
                                     CAUSE(FLAGS),
                                     CAUSE(NODE),
                                     CAUSE(COUNT),
                                     CAUSE(COLUMNS),
                                     CAUSE(STRIDE),
                                     CAUSE(ADDRESS_OVERFLOW),
                                     CAUSE(SEGMENTS),
                                     CAUSE(LABELS_MISSING),
                                     CAUSE(NETWORK_SETTINGS),
                                     CAUSE(ORDER_INDEX),
                                     CAUSE(WEIGHTS_REFUSED),
                                     CAUSE(REGISTER_REFUSED),
                                     CAUSE(DMA_READ),
                                     CAUSE(DMA_WRITE),
                                     CAUSE(NOT_DELIVERED),
                                     CAUSE(LABEL),
                                     CAUSE(SELF_TEST_REGISTER),
                                     CAUSE(SELF_TEST_RECEIVE_TABLE),
                                     CAUSE(SELF_TEST_ROUTE_TABLE),
                                     CAUSE(SELF_TEST_WEIGHTS),
                                     CAUSE(ABORTED)};

const char* kirchhoff_cause_name(uint32_t cause) {
  for (size_t i = 0; i < sizeof causes / sizeof causes[0]; ++i) {
    if (causes[i].cause == cause) {
      return causes[i].name;
    }
  }
  return NULL;
}

typedef struct {
  uint32_t bit;
  const char* name;
} named_bit;

#define BIT(name) \
  { KRCH_HOST_ERROR_STATUS_##name##_MASK, #name }
static const named_bit groups[] = {BIT(DESCRIPTOR), BIT(DMA),  BIT(NETWORK),   BIT(LABEL),
                                   BIT(BUS),        BIT(RING), BIT(SELF_TEST), BIT(ABORTED)};

const char* kirchhoff_error_text(const kirchhoff_error* error, char* text, size_t bytes) {
  writer to = {text, bytes, 0};
  put(&to, "");
  if (error->status == 0) {
    put(&to, "no error");
    return text;
  }
  const char* name = kirchhoff_cause_name(error->cause);
  if (name != NULL) {
    put(&to, name);
  } else {
    put(&to, "cause 0x");
    put_number(&to, error->cause, 16);
  }
  const char* before = " (";
  for (size_t i = 0; i < sizeof groups / sizeof groups[0]; ++i) {
    if ((error->status & groups[i].bit) != 0) {
      put(&to, before);
      put(&to, groups[i].name);
      before = ", ";
    }
  }
  put(&to, before[0] == ',' ? ")" : "");
  if (error->address != 0) {
    put(&to, " at 0x");
    put_number(&to, error->address, 16);
  }
  if (error->tag != 0) {
    put(&to, ", descriptor ");
    put_number(&to, error->tag, 10);
  }
  return text;
}

const char* kirchhoff_record_text(const krch_long_completion_t* record, char* text, size_t bytes) {
  kirchhoff_error error;
  error.status = record->completion.error;
  error.cause = record->cause;
  error.tag = record->completion.tag;
  error.reserved = 0;
  error.address = record->error_address;
  return kirchhoff_error_text(&error, text, bytes);
}
