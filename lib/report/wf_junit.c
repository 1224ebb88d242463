/* SPDX-License-Identifier: BSD-3-Clause
 * JUnit XML.
 */
#include "wf_junit.h"

#include <errno.h>

#include "wf_doc.h"

static void
attribute(const char *name, const char *value, FILE *out)
{
	fprintf(out, " %s=\"", name);
	wf_doc_escape(value, out);
	fputc('"', out);
}

static void
put_case(const char *suite, const struct wf_junit_case *c, FILE *out)
{
	static const char *const tags[] = { [WF_JUNIT_FAILED] = "failure",
		[WF_JUNIT_ERROR] = "error",
		[WF_JUNIT_SKIPPED] = "skipped" };

	fputs("  <testcase", out);
	attribute("classname", suite, out);
	attribute("name", c->name, out);
	fprintf(out, " time=\"%.6f\"", c->seconds);
	if (c->outcome == WF_JUNIT_PASSED) {
		fputs("/>\n", out);
		return;
	}
	fprintf(out, ">\n    <%s", tags[c->outcome]);
	attribute("message", c->message != NULL ? c->message : "", out);
	fputs("/>\n  </testcase>\n", out);
}

int
wf_junit_write(const char *suite, const struct wf_junit_case *cases, uint32_t n, FILE *out)
{
	uint32_t count[4] = { 0 };
	double seconds = 0;

	for (uint32_t i = 0; i < n; i++) {
		count[cases[i].outcome]++;
		seconds += cases[i].seconds;
	}
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite", out);
	attribute("name", suite, out);
	fprintf(out, " tests=\"%u\" failures=\"%u\" errors=\"%u\" skipped=\"%u\" time=\"%.6f\">\n",
		n, count[WF_JUNIT_FAILED], count[WF_JUNIT_ERROR], count[WF_JUNIT_SKIPPED], seconds);
	for (uint32_t i = 0; i < n; i++)
		put_case(suite, &cases[i], out);
	fputs("</testsuite>\n", out);
	return ferror(out) ? -EIO : 0;
}
