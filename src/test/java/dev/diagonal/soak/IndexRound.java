package dev.diagonal.soak;

import dev.diagonal.soak.Event.Kind;
import dev.diagonal.testing.Http;
import java.util.List;

/** A transfer of rows into an index of Elasticsearch, by their ids. */
final class IndexRound implements Round {

  private final Rounds rounds;
  private final int rows;
  private final String index;
  private final Client client;

  IndexRound(Rounds rounds) throws Exception {
    this.rounds = rounds;
    this.rows = 10_000 + rounds.random().nextInt(20_000);
    this.index = "soak-" + rounds.number();
    ChaosRelay source = rounds.relayToPostgres();
    ChaosRelay target = ChaosRelay.to(rounds.servers().search().port(), "POST ");
    this.client =
        rounds.client(
            index,
            "postgres",
            List.of(source, target),
            rounds.untilSuccess(index, () -> rounds.servers().documents(index), rows),
            "transfer",
            "--from=jdbc:",
            "--query=" + TransferRound.slowQuery(rows),
            "--key=id",
            "--to=elasticsearch:" + index,
            "--elasticsearchUrl=http://127.0.0.1:" + target.port());
  }

  @Override
  public List<Client> clients() {
    return List.of(client);
  }

  @Override
  public String target() {
    return "nowhere";
  }

  @Override
  public void observe() {
    rounds.history().add(Kind.SEEN, index, rounds.servers().documents(index), "");
  }

  @Override
  public void check() throws Exception {
    Servers servers = rounds.servers();
    rounds.history().expect(Kind.STORE, index, servers.documents(index), rows);
    String query = "{\"size\":0,\"aggs\":{\"sum\":{\"sum\":{\"field\":\"id\"}}}}";
    String answer =
        Servers.patiently(
            () -> Http.send("POST", servers.search().url() + "/" + index + "/_search", query));
    double sum =
        Double.parseDouble(answer.replaceAll(".*\"sum\":\\{\"value\":([-0-9.E]+).*", "$1"));
    rounds
        .history()
        .expect(Kind.STORE, index + ", sum of ids", (long) sum, (long) rows * (rows + 1) / 2);
  }

  @Override
  public String toString() {
    return client + " transfer of " + rows + " rows into an index";
  }
}
