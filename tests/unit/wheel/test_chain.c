/* SPDX-License-Identifier: BSD-3-Clause
 * Chains of chunks: first in, first out, and each chunk names the one that is to be fetched while
 * it is read, however the chain has grown and shrunk.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fit.h"
#include "wf_chain.h"

#define CHUNKS 40
#define OPS    100000

static void
check(const struct wf_chunks *p, const struct wf_chain *chain, uint64_t first, uint64_t end)
{
	uint32_t order[CHUNKS], n = 0;

	for (uint32_t c = chain->head; c != WF_NO_CHUNK; c = p->chunk[c].next) {
		assert_true(n < CHUNKS);
		order[n++] = c;
		for (uint32_t i = 0; i < p->chunk[c].n; i++, first++)
			assert_int_equal(p->chunk[c].entry[i].rx_ns, first);
	}
	assert_int_equal(first, end);
	for (uint32_t i = 0; i < n; i++)
		assert_int_equal(p->chunk[order[i]].ahead,
			i + WF_CHAIN_AHEAD < n ? order[i + WF_CHAIN_AHEAD] : WF_NO_CHUNK);
}

static void
chunks_name_what_is_to_be_fetched(void **state)
{
	struct wf_chain chain[2] = { { .head = WF_NO_CHUNK }, { .head = WF_NO_CHUNK } };
	uint64_t first[2] = { 0 }, end[2] = { 0 };
	struct fit_random r;
	struct wf_chunks p;
	bool grows = true;

	fit_seed(&r, 1);
	assert_int_equal(wf_chunks_init(&p, CHUNKS), 0);
	for (uint32_t op = 0; op < OPS; op++) {
		uint32_t k = (uint32_t)fit_under(&r, 2);

		if (fit_under(&r, 200) == 0)
			grows = !grows;
		for (uint32_t i = 0; i < WF_CHUNK_ENTRIES; i++) {
			struct wf_held *h = wf_chain_append(&p, &chain[k]);

			if (h != NULL)
				h->rx_ns = end[k]++;
		}
		if (chain[k].head != WF_NO_CHUNK && fit_under(&r, 8) < (grows ? 3 : 12)) {
			first[k] += p.chunk[chain[k].head].n;
			wf_chain_shift(&p, &chain[k]);
		}
		if (chain[k].head != WF_NO_CHUNK && !grows && fit_under(&r, 2) == 0) {
			first[k] += p.chunk[chain[k].head].n;
			wf_chain_shift(&p, &chain[k]);
		}
		check(&p, &chain[k], first[k], end[k]);
	}
	wf_chunks_fini(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chunks_name_what_is_to_be_fetched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
