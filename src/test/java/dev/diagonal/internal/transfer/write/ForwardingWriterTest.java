package dev.diagonal.internal.transfer.write;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.internal.rows.Rejects;
import dev.diagonal.internal.rows.RowBlock;
import dev.diagonal.metrics.Changes;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ForwardingWriterTest {

  /** A call that is not forwarded would have the interface's default result, unnoticed. */
  @Test
  void forwardsAllOptionalCalls() {
    assertThat(names(ForwardingWriter.class, false)).containsAll(names(RowBlockWriter.class, true));
  }

  @Test
  void callsAndTheirResultsAreForwarded() throws Exception {
    Answering target = new Answering();
    try (RowBlockWriter writer = new Forwarding(target)) {
      assertThat(writer.written()).isEqualTo(1);
      assertThat(writer.part()).isEqualTo("part");
      assertThat(writer.superseded()).isEqualTo(2);
      assertThat(writer.repeated()).isEqualTo(3);
      assertThat(writer.changes()).isEqualTo(new Changes(4, 5, 6, 7));
      writer.abort();
      assertThat(target.calls).containsExactly("abort");
    }
    assertThat(target.calls).containsExactly("abort", "close");
  }

  private static final class Forwarding extends ForwardingWriter {
    Forwarding(RowBlockWriter writer) {
      super(writer);
    }

    @Override
    public void write(RowBlock block, Rejects rejects) {}

    @Override
    public long finish(Rejects rejects) {
      return 0;
    }
  }

  /** Has a result of its own for each call. */
  private static final class Answering implements RowBlockWriter {
    private final List<String> calls = new ArrayList<>();

    @Override
    public void write(RowBlock block, Rejects rejects) {}

    @Override
    public long finish(Rejects rejects) {
      return 0;
    }

    @Override
    public long written() {
      return 1;
    }

    @Override
    public String part() {
      return "part";
    }

    @Override
    public long superseded() {
      return 2;
    }

    @Override
    public long repeated() {
      return 3;
    }

    @Override
    public Changes changes() {
      return new Changes(4, 5, 6, 7);
    }

    @Override
    public void abort() {
      calls.add("abort");
    }

    @Override
    public void close() {
      calls.add("close");
    }
  }

  private static List<String> names(Class<?> type, boolean onlyDefaults) {
    return Arrays.stream(type.getDeclaredMethods())
        .filter(method -> !onlyDefaults || method.isDefault())
        .map(Method::getName)
        .toList();
  }
}
