/* SPDX-License-Identifier: BSD-3-Clause
 * Any text as rows of a quantity: refused with one reason, or asked at many instants without an
 * answer that no row gives. The first byte chooses the options. libFuzzer.
 */
#include <string.h>

#include "fuzz.h"
#include "wf_rows.h"
#include "wf_units.h"

static void
check_answers(const struct wf_rows *r)
{
	uint64_t low = UINT64_MAX, high = 0;
	wf_ns_t ns = 0, step = r->point[r->n - 1].ns / 13 + 1;

	for (uint32_t i = 0; i < r->n; i++) {
		low = r->point[i].value < low ? r->point[i].value : low;
		high = r->point[i].value > high ? r->point[i].value : high;
	}
	for (uint64_t i = 0; i < 40; i++, ns += step) {
		uint64_t value = wf_rows_at(r, ns), of_packet = wf_rows_of_packet(r, i);

		require(value >= low && value <= high);
		require(of_packet >= low && of_packet <= high);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t choice = size > 0 ? data[0] : 0;
	struct wf_rows_options o = { .column = choice & 8 ? WF_ROWS_LOSS : WF_ROWS_DELAY,
		.linear = choice & 1,
		.once = choice & 2,
		.by_packet = choice & 4,
		.parse = wf_units_duration,
		.what = "a delay",
		.example = "Write 20ms" };
	size_t length = size > 0 ? size - 1 : 0;
	char *text = malloc(length + 1);
	struct wf_err *err = wf_err_new();
	struct wf_rows_point *point;
	struct wf_rows rows;
	size_t room;

	memcpy(text, data + (size > 0), length);
	text[length] = 0;
	room = wf_rows_room(text);
	point = calloc(room, sizeof(*point));
	if (wf_rows_parse(text, "fuzz", &o, point, &rows, err) < 0) {
		require(wf_err_count(err) == 1);
	} else {
		require(rows.n > 0 && rows.n <= room);
		check_answers(&rows);
	}
	wf_err_free(err);
	free(point);
	free(text);
	return 0;
}
