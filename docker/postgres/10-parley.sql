-- Run once, when the volume is new: the services' user, who is no superuser and does not bypass row-level security,
-- and the database that it owns. The password comes from the container's environment.
\set ON_ERROR_STOP on
\getenv password PARLEY_DB_PASSWORD
create role parley login nosuperuser nocreaterole nobypassrls password :'password';
create database parley owner parley encoding 'UTF8' template template0;
