# Copies the distribution onto a Java runtime. This file has not been run: the machine that built the
# project has no Docker.
#
#   mvn -q package -DskipTests
#   docker build -t diagonal .
#   docker run --rm -v "$PWD:/data" -w /data diagonal transfer --from=csv:in.csv --to=jsonl:out.jsonl
FROM eclipse-temurin:17-jre
ADD target/diagonal-*.tar.gz /opt/
RUN mv /opt/diagonal-* /opt/diagonal && ln -s /opt/diagonal/bin/diagonal /usr/local/bin/diagonal
USER 65534
ENTRYPOINT ["diagonal"]
