package dev.diagonal.internal.fault;

import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.transforms.errorhandling.BadRecordRouter;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.TupleTagList;
import org.jspecify.annotations.Nullable;

/** The output for bad records of a step, which exists only if there is a handler. */
public final class DeadLetterOutput {

  private DeadLetterOutput() {}

  /** Returns the tags of a step whose only other output is the main one. */
  public static TupleTagList tags(@Nullable ErrorHandler<BadRecord, ?> handler) {
    return and(TupleTagList.empty(), handler);
  }

  /** Returns the tags of a step that has one additional output. */
  public static TupleTagList tags(TupleTag<?> more, @Nullable ErrorHandler<BadRecord, ?> handler) {
    return and(TupleTagList.of(more), handler);
  }

  private static TupleTagList and(
      TupleTagList others, @Nullable ErrorHandler<BadRecord, ?> handler) {
    return handler == null ? others : others.and(BadRecordRouter.BAD_RECORD_TAG);
  }

  /** Passes the bad records of a step to the handler, if there is one. */
  public static void route(PCollectionTuple outputs, @Nullable ErrorHandler<BadRecord, ?> handler) {
    if (handler != null) {
      handler.addErrorCollection(
          outputs
              .get(BadRecordRouter.BAD_RECORD_TAG)
              .setCoder(BadRecord.getCoder(outputs.getPipeline())));
    }
  }
}
