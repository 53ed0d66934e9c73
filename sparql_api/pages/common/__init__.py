"""What every page stands on: the service's resources, how a request reads an edition, how a page is drawn."""
