/* SPDX-License-Identifier: BSD-3-Clause
 * What the tests of captures share: a folder of their own, files byte by byte, and programs that
 * may be installed or not.
 */
#ifndef FIXTURE_H
#define FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wf_cap.h"

#define CAP_T0 1700000000123456789ull

/* Group setup and teardown: a new folder, and its end with all that is in it. */
int fixture_make_dir(void **state);
int fixture_remove_dir(void **state);
/* Path of a file in the folder; valid until the fourth call from now. */
const char *fixture_path(const char *name);

void fixture_put(const char *name, const void *data, size_t n);
size_t fixture_get(const char *name, uint8_t *data, size_t size);
/* Runs a shell command in the folder; its exit code. Fails the test when `program` (may be NULL) is
 * not installed. */
int fixture_shell(const char *program, const char *command);

/* Packet i: 61 + i bytes, the second cut from 1500. */
struct wf_cap_packet fixture_packet(uint32_t i);
/* Writes n of them. */
void fixture_write(const char *name, uint32_t n);
/* Reads to the end or to an error: how many packets; *rc is what ended it. */
uint32_t fixture_count(const char *name, int *rc, struct wf_err *err);

#endif
