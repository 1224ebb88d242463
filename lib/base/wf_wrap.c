/* SPDX-License-Identifier: BSD-3-Clause
 * Text in lines that fit. Any thread.
 */
#include "wf_wrap.h"

#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

unsigned
wf_wrap_width(FILE *out)
{
	struct winsize size;
	int fd = fileno(out); /* -1 for streams into memory */

	if (fd < 0 || !isatty(fd) || ioctl(fd, TIOCGWINSZ, &size) < 0 || size.ws_col == 0 ||
		size.ws_col > WF_WRAP_MAX)
		return WF_WRAP_MAX;
	return size.ws_col < WF_WRAP_MIN ? WF_WRAP_MIN : size.ws_col;
}

/* Columns of n bytes: characters of UTF-8, each of which takes one in all that we print. */
static unsigned
columns(const char *s, size_t n)
{
	unsigned count = 0;

	for (size_t i = 0; i < n; i++)
		count += ((unsigned char)s[i] & 0xc0) != 0x80;
	return count;
}

/* One line of the text, of n bytes. */
static void
wrap_line(const char *s, size_t n, unsigned at, unsigned indent, unsigned width, FILE *out)
{
	const char *end = s + n;
	bool first = true;

	while (s < end) {
		size_t len = strcspn(s, " \n");
		unsigned wide;

		if (len > (size_t)(end - s))
			len = (size_t)(end - s);
		wide = columns(s, len);
		if (first ? at > indent && at + wide > width : at + 1 + wide > width) {
			fprintf(out, "\n%*s", (int)indent, "");
			at = indent;
		} else if (!first) {
			fputc(' ', out);
			at++;
		}
		fwrite(s, 1, len, out);
		at += wide;
		first = false;
		s += len;
		s += strspn(s, " ") < (size_t)(end - s) ? strspn(s, " ") : (size_t)(end - s);
	}
}

void
wf_wrap_to(const char *text, unsigned at, unsigned indent, unsigned width, FILE *out)
{
	for (;;) {
		size_t n = strcspn(text, "\n");

		if (*text == ' ' || memmem(text, n, "  ", 2) != NULL)
			fwrite(text, 1, n, out);
		else
			wrap_line(text, n, at, indent, width, out);
		if (text[n] == 0)
			return;
		fputc('\n', out);
		text += n + 1;
		at = *text != 0 && *text != '\n' ? indent : 0;
		if (at > 0)
			fprintf(out, "%*s", (int)at, "");
	}
}

void
wf_wrap(const char *text, unsigned at, unsigned indent, FILE *out)
{
	wf_wrap_to(text, at, indent, wf_wrap_width(out), out);
}

void
wf_wrap_message(const char *text, unsigned at, FILE *out)
{
	if (fileno(out) >= 0 && isatty(fileno(out)))
		wf_wrap(text, at, at + 4, out);
	else
		fputs(text, out);
	fputc('\n', out);
}
