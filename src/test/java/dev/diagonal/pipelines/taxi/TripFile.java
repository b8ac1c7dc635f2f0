package dev.diagonal.pipelines.taxi;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;

/**
 * Made-up taxi trips: always the same for the same numbers.
 *
 * @param trips how many
 * @param zones between how many zones; the first has a fourth of all ends
 */
public record TripFile(int trips, int zones) {

  public static final String HEADER =
      "VendorID,lpep_pickup_datetime,PULocationID,DOLocationID,passenger_count,total_amount";

  public Path writeTo(Path file) throws IOException {
    SplittableRandom random = new SplittableRandom(31);
    StringBuilder text = new StringBuilder(HEADER).append('\n');
    for (int i = 0; i < trips; i++) {
      text.append("2,2025-11-%02d 08:%02d:00,".formatted(1 + i % 30, i % 60))
          .append(zone(random))
          .append(',')
          .append(zone(random))
          .append(i % 8 == 0 ? ",," : ",1.0,")
          .append("%d.%02d\n".formatted(i % 50, i % 100));
    }
    return Files.writeString(file, text);
  }

  private int zone(SplittableRandom random) {
    return random.nextInt(4) == 0 ? 1 : 1 + random.nextInt(zones);
  }
}
