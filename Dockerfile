# docker build -t mvmr . && docker run --rm -v "$PWD:/data" -w /data mvmr demo --output demo
FROM swift:6.3-bookworm
WORKDIR /mvmr
# Packages first: they change seldom, and their layer is kept.
COPY .ci/setup .ci/setup
RUN .ci/setup
COPY . .
RUN make build && make install
ENTRYPOINT ["mvmr"]
CMD ["--help"]
