# Sourced by the scripts in bin that run test code, in the root of the project, with $script set to
# their names. Sets $java, $classpath and $options; compiles with Maven what has changed.
#
# JAVA_HOME       names the Java to use, 17 or newer; without it the java on the PATH is used
# TEST_CLASSPATH  the class path to use instead of what Maven compiles
# shellcheck shell=sh disable=SC2034,SC2154 # variables of the script that sources this

fail() {
  echo "$script: $1" >&2
  exit 2
}

if [ -n "${JAVA_HOME:-}" ]; then
  java=$JAVA_HOME/bin/java
else
  java=$(command -v java) || fail "no Java found: install Java 17 or newer, or set JAVA_HOME"
fi

# Compiles what has changed, and sets the class path.
compile() {
  classpath=${TEST_CLASSPATH:-}
  if [ -z "$classpath" ]; then
    command -v mvn > /dev/null || fail "Maven is needed to compile: install it"
    file=target/test.classpath
    marker=target/tests.compiled
    if [ ! -f "$marker" ] || [ ! -f "$file" ] || [ ! -d target/test-classes ] || [ ! -f target/diagonal-bundled.jar ] ||
      [ -n "$(find pom.xml transforms pipelines src -newer "$marker" -type f ! -path 'src/test/benchmarks/*' | head -n 1)" ]; then
      echo "$script: compiling with Maven" >&2
      mvn -q -B -ntp package -DskipTests dependency:build-classpath -DincludeScope=test -Dmdep.outputFile="$file"
      touch "$marker"
    fi
    classpath=target/test-classes:target/classes:$(cat "$file")
  fi
}

options="--add-opens=java.base/java.lang=ALL-UNNAMED --add-opens=java.base/java.util=ALL-UNNAMED
  --add-opens=java.base/java.util.concurrent=ALL-UNNAMED --add-opens=java.base/java.nio=ALL-UNNAMED
  --add-opens=java.base/java.time=ALL-UNNAMED --add-opens=java.base/sun.nio.ch=ALL-UNNAMED
  -Ddiagonal.servers=$home/target/servers -Ddiagonal.bundledJar=$home/target/diagonal-bundled.jar"
