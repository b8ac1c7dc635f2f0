UNWIND $rows AS row
MATCH (a:Person {id: row.source}) MATCH (b:Person {id: row.target})
MERGE (a)-[knows:KNOWS]->(b)
SET knows.since = row.since
RETURN count(knows) AS relationships
