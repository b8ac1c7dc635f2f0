package dev.diagonal.internal.transfer.write;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ForwardingWriterTest {

  /** A call that is not forwarded would have the interface's default result, unnoticed. */
  @Test
  void forwardsAllOptionalCalls() {
    assertThat(names(ForwardingWriter.class, false)).containsAll(names(RowBlockWriter.class, true));
  }

  private static List<String> names(Class<?> type, boolean onlyDefaults) {
    return Arrays.stream(type.getDeclaredMethods())
        .filter(method -> !onlyDefaults || method.isDefault())
        .map(Method::getName)
        .toList();
  }
}
