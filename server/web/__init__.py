"""The web doors: public pages, gateway hooks and the organizer's pages."""
