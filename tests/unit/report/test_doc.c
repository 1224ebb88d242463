/* SPDX-License-Identifier: BSD-3-Clause
 * Documents: well-formed whatever stands in them, and nothing from elsewhere.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wf_doc.h"
#include "wf_junit.h"

#define EVIL "<b a='\"'>&amp; \x01 \xff\xfe \xed\xa0\x80 \xc3\xa4 | `x` *y*"

static char *
write(const struct wf_doc *p, int (*put)(const struct wf_doc *, FILE *))
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_int_equal(put(p, out), 0);
	fclose(out);
	return text;
}

/* Every tag that opens is closed in order, attributes are quoted, and nothing but tags has a < or
 * an unescaped &. */
static void
check_xml(const char *s)
{
	char open[64][32];
	int depth = 0;

	for (; *s != 0; s++) {
		size_t n;

		assert_true((unsigned char)*s >= 0x20 || *s == '\n' || *s == '\t');
		if (*s == '&')
			assert_true(strncmp(s, "&amp;", 5) == 0 || strncmp(s, "&lt;", 4) == 0 ||
				    strncmp(s, "&gt;", 4) == 0 || strncmp(s, "&quot;", 6) == 0 ||
				    strncmp(s, "&#39;", 5) == 0);
		assert_true(*s != '>');
		if (*s != '<')
			continue;
		if (s[1] == '!' || s[1] == '?') {
			s = strchr(s, '>');
			continue;
		}
		if (s[1] == '/') {
			n = strcspn(s + 2, ">");
			assert_true(depth > 0);
			depth--;
			assert_int_equal(strlen(open[depth]), n);
			assert_memory_equal(open[depth], s + 2, n);
			s += 2 + n;
			continue;
		}
		n = strcspn(s + 1, " />");
		assert_true(depth < 64 && n > 0 && n < 32);
		memcpy(open[depth], s + 1, n);
		open[depth++][n] = 0;
		for (s += 1 + n; *s != '>'; s++) {
			assert_true(*s != 0 && *s != '<');
			if (*s == '"')
				s = strchr(s + 1, '"');
			assert_non_null(s);
			if (*s == '/' && s[1] == '>')
				depth--;
		}
	}
	assert_int_equal(depth, 0);
}

static void
plot(struct wf_doc *p, const double *x, const double *y, uint32_t n, bool log_x, bool points)
{
	struct wf_doc_line lines[2] = { { EVIL, x, y, n }, { "2", y, x, n } };

	wf_doc_plot(p, &(struct wf_doc_plot){ EVIL, EVIL, EVIL, lines, 2, log_x, points });
}

static struct wf_doc *
make(void)
{
	static const double x[] = { 0, 1, 10, 1e9, NAN, INFINITY }, y[] = { 5, -3, 1e-9, 7, 1, 2 };
	struct wf_doc *p = wf_doc_new(EVIL);

	wf_doc_heading(p, EVIL);
	wf_doc_text(p, "%s %d", EVIL, 7);
	wf_doc_table(p, (const char *const[]){ EVIL, ">number", NULL });
	wf_doc_row(p, (const char *const[]){ EVIL, "1" });
	wf_doc_row(p, (const char *const[]){ "", ">2" });
	plot(p, x, y, 6, false, false);
	plot(p, x, y, 6, true, true);
	plot(p, x, y, 0, true, false);
	plot(p, x, y, 1, true, false);
	plot(p, x + 1, y + 1, 1, false, true);
	return p;
}

/* Bands: the axis is as long as they are, names are escaped, and stand where there is room. */
static void
test_bands(void **state)
{
	static const double x[] = { 1, 2 }, y[] = { 0, 1 };
	const struct wf_doc_line line = { "l", x, y, 2 };
	const struct wf_doc_band band[] = { { "all", 0, 10, 0, 0 }, { EVIL, 4, 4.001, 4, 1 },
		{ "f2", 5, 10, 4, 2 } };
	struct wf_doc *p = wf_doc_new("bands");
	char *html;

	wf_doc_plot(p, &(struct wf_doc_plot){ .title = "t",
			       .x_name = "s",
			       .y_name = "n",
			       .line = &line,
			       .n_lines = 1,
			       .band = band,
			       .n_bands = 3 });
	html = write(p, wf_doc_html);
	check_xml(html);
	/* 630 x 200 pixels from (70, 36) on. */
	assert_non_null(
		strstr(html, "x=\"70.0\" y=\"36\" width=\"630.0\" height=\"200\"><title>all<"));
	assert_non_null(
		strstr(html, "x=\"322.0\" y=\"222\" width=\"0.1\" height=\"13\"><title>&lt;b a"));
	assert_non_null(
		strstr(html, "x=\"385.0\" y=\"208\" width=\"315.0\" height=\"13\"><title>f2<"));
	assert_non_null(strstr(html, ">f2</text>"));
	assert_null(strstr(html, "???\xc3\xa4</text>"));
	free(html);
	wf_doc_free(p);
}

static void
test_html(void **state)
{
	struct wf_doc *p = make();
	char *html = write(p, wf_doc_html);

	check_xml(html);
	assert_null(strstr(html, "<b "));
	assert_null(strstr(html, "nan"));
	assert_null(strstr(html, "inf"));
	assert_non_null(strstr(html, "&lt;b a=&#39;&quot;&#39;&gt;&amp;amp; ? ?? ??? \xc3\xa4"));
	assert_non_null(strstr(html, "<td class=\"n\">&gt;2</td>"));
	assert_non_null(strstr(html, "prefers-color-scheme: dark"));
	/* Nothing is fetched: the only addresses are names of XML. */
	assert_null(strstr(html, "src="));
	assert_null(strstr(html, "href="));
	assert_null(strstr(html, "url("));
	assert_null(strstr(html, "<script"));
	free(html);
	wf_doc_free(p);
}

static void
test_markdown(void **state)
{
	struct wf_doc *p = wf_doc_new("A | title");
	char *md;

	wf_doc_heading(p, "Part");
	wf_doc_text(p, "One\ntwo");
	wf_doc_table(p, (const char *const[]){ "name", ">n", NULL });
	wf_doc_row(p, (const char *const[]){ "a|b*", "1" });
	md = write(p, wf_doc_markdown);
	assert_string_equal(md, "# A \\| title\n\n## Part\n\nOne two\n\n| name | n |\n|---|---:|\n"
				"| a\\|b\\* | 1 |\n\n");
	free(md);
	wf_doc_free(p);
}

static void
test_junit(void **state)
{
	static const struct wf_junit_case cases[] = { { "good", 1.5, WF_JUNIT_PASSED, NULL },
		{ EVIL, 0, WF_JUNIT_FAILED, EVIL }, { "e", 0, WF_JUNIT_ERROR, "why" },
		{ "s", 0.25, WF_JUNIT_SKIPPED, NULL } };
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_int_equal(wf_junit_write("suite", cases, 4, out), 0);
	fclose(out);
	check_xml(text);
	assert_non_null(strstr(text, "<testsuite name=\"suite\" tests=\"4\" failures=\"1\" "
				     "errors=\"1\" skipped=\"1\" time=\"1.750000\">"));
	assert_non_null(strstr(text, "<testcase classname=\"suite\" name=\"good\" "
				     "time=\"1.500000\"/>"));
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_html),
		cmocka_unit_test(test_bands),
		cmocka_unit_test(test_markdown),
		cmocka_unit_test(test_junit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
