/* Recursion almost without end: the stack must not grow into anything else unnoticed. */
#include <stdio.h>

static volatile unsigned bottom = ~0U; /* never reached */

static unsigned deeper(unsigned value) {
  volatile unsigned room[32];
  room[value % 32] = value;
  return value == bottom ? 0 : deeper(value + 1) + room[value % 32];
}

int main(void) {
  printf("down\n");
  return (int)deeper(0);
}
