// Another process that writes to the database file and holds SQLite's lock until it is told to let go.
const Database = require('better-sqlite3');
const database = new Database(process.argv[2]);
database.exec("BEGIN IMMEDIATE; INSERT INTO items (name) VALUES ('other process')");
process.send('held');
process.once('message', () => {
  database.exec('COMMIT');
  database.close();
  process.disconnect();
});
