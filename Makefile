# A thin wrapper for those who type make: everything is done by meson and the scripts in tools/.
.PHONY: all setup test demo lint bench clean

all:
	@[ -e build/release/build.ninja ] || meson setup build/release --buildtype=release
	ninja -C build/release

setup test demo lint:
	./tools/$@

bench: all
	./tools/bench --build build/release

clean:
	rm -rf build
