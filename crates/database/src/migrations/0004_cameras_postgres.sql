
-- Keys and names are ordered by their bytes, as SQLite does it, whatever the database's collation is.
ALTER TABLE cameras ALTER COLUMN camera_key TYPE TEXT COLLATE "C";
ALTER TABLE cameras ALTER COLUMN name_key TYPE TEXT COLLATE "C";
