# Change between rounds by R's survey package. Run: Rscript change.R <data folder> <rounds.csv> <expected.csv>
# Errors of either round are those of its own design. The covariance is that of svytotal on the stacked rows of both
# rounds with common PSU ids, in strata of shared PSUs (the pair of strata, of the first and of the second round) apart
# from PSUs of one round only. `se_stacked` is the error of the plain stack, in which a round is a domain: another
# estimator of the same, for comparison.
suppressMessages({library(survey); library(haven)})
options(survey.lonely.psu = "certainty")
arguments <- commandArgs(trailingOnly = TRUE)
data <- arguments[1]
out <- list()

gradient <- function(t, ratio) if (ratio) c(1 / t[2], -t[1] / t[2]^2) else c(1, 0)

change <- function(name, a, b, y, x, independent = FALSE) {
  ratio <- !is.null(x)
  stacked <- rbind(data.frame(round = 1, stratum = a$stratum, psu = a$psu, w = a$w, y = a[[y]], x = if (ratio) a[[x]] else 1),
                   data.frame(round = 2, stratum = b$stratum, psu = b$psu, w = b$w, y = b[[y]], x = if (ratio) b[[x]] else 1))
  stacked$id <- if (independent) paste(stacked$round, stacked$psu) else as.character(stacked$psu)
  first <- tapply(as.character(a$stratum), as.character(a$psu), `[`, 1)
  second <- tapply(as.character(b$stratum), as.character(b$psu), `[`, 1)
  both <- if (independent) character(0) else intersect(names(first), names(second))
  stacked$pair <- ifelse(stacked$id %in% both, paste(first[stacked$id], second[stacked$id]),
                         paste("round", stacked$round, stacked$stratum))
  for (r in 1:2) {
    stacked[[paste0("y", r)]] <- ifelse(stacked$round == r, stacked$y, 0)
    stacked[[paste0("x", r)]] <- ifelse(stacked$round == r, stacked$x, 0)
  }
  one <- function(d) {
    t <- svytotal(~y + x, d)
    g <- gradient(coef(t), ratio)
    c(if (ratio) coef(t)[1] / coef(t)[2] else coef(t)[1], sqrt(t(g) %*% vcov(t) %*% g))
  }
  e <- lapply(1:2, function(r) {
    half <- stacked[stacked$round == r, ]
    one(svydesign(ids = ~psu, strata = ~stratum, weights = ~w, data = half))
  })
  between <- function(strata) {
    d <- svydesign(ids = ~id, strata = strata, weights = ~w, data = stacked, nest = TRUE)
    t <- svytotal(~y1 + x1 + y2 + x2, d)
    g <- rbind(c(gradient(coef(t)[1:2], ratio), 0, 0), c(0, 0, gradient(coef(t)[3:4], ratio)))
    g %*% vcov(t) %*% t(g)
  }
  v <- between(~pair)
  stacked$own <- if (independent) paste(stacked$round, stacked$stratum) else as.character(stacked$stratum)
  plain <- between(~own)
  se <- sqrt(e[[1]][2]^2 + e[[2]][2]^2 - 2 * v[1, 2])
  out[[length(out) + 1]] <<- data.frame(
    case = name, earlier = e[[1]][1], se_earlier = e[[1]][2], later = e[[2]][1], se_later = e[[2]][2],
    covariance = v[1, 2], se = se, se_stacked = sqrt(plain[1, 1] + plain[2, 2] - 2 * plain[1, 2]), row.names = NULL)
}

# ---- small rounds, written by hand ----------------------------------------------------------------------------
rounds <- read.csv(arguments[2])
rounds$one <- 1
a <- rounds[rounds$round == 1, ]
for (kind in c("panel", "segments", "independent")) {
  b <- rounds[rounds$round == 2 & rounds$kind == kind, ]
  change(paste0(kind, " total"), a, b, "y", NULL, kind == "independent")
  change(paste0(kind, " mean"), a, b, "y", "one", kind == "independent")
  change(paste0(kind, " ratio"), a, b, "y", "z", kind == "independent")
}

# ---- Ecuador, March and June 2017 -----------------------------------------------------------------------------
ecuador <- function(file) {
  d <- as.data.frame(zap_labels(read_sav(file.path(data, "ecu_2017", file))))
  data.frame(psu = paste(d$ciudad, d$zona, d$sector, sep = "-"), stratum = d$plan_muestreo, w = d$fexp, area = d$area,
             one = 1, renting = as.numeric(d$vi14 %in% 1:2), sewer = as.numeric(d$vi09 == 1),
             water = as.numeric(d$vi10 == 1), rooms = as.numeric(d$vi06), bedrooms = as.numeric(d$vi07))
}
march <- ecuador("201703_EnemduBDD_viviendahogar.sav")
june <- ecuador("201706_EnemduBDD_viviendahogar.sav")
stopifnot(max(march$rooms, june$rooms) < 99, max(march$bedrooms, june$bedrooms) < 99)
change("ecu_2017_06 ecu_renting", march, june, "renting", "one")
change("ecu_2017_06 ecu_sewer", march, june, "sewer", "one")
change("ecu_2017_06 ecu_piped_water", march, june, "water", "one")
change("ecu_2017_06 ecu_mean_rooms", march, june, "rooms", "one")
change("ecu_2017_06 bedrooms_per_room", march, june, "bedrooms", "rooms")
change("ecu_2017_06 ecu_households", march, june, "one", NULL)
for (area in 1:2) for (name in c("renting", "sewer", "water")) {
  m <- march; j <- june
  m$inside <- as.numeric(m$area == area); j$inside <- as.numeric(j$area == area)
  m$hit <- m[[name]] * m$inside; j$hit <- j[[name]] * j$inside
  label <- c(renting = "ecu_renting", sewer = "ecu_sewer", water = "ecu_piped_water")[name]
  change(paste0("ecu_2017_06 ", label, " area=", area), m, j, "hit", "inside")
}

# ---- El Salvador, AmericasBarometer 2018 and 2023: samples drawn apart, PSU numbers used again -----------------
l <- as.data.frame(zap_labels(read_dta(file.path(data, "lapop_slv", "ym23_SLV_2018_2023.dta"))))
lapop <- function(wave, value) {
  d <- l[l$wave == wave, ]
  known <- !is.na(value(d))
  data.frame(psu = d$upm, stratum = d$strata, w = d$weight1500, one = as.numeric(known),
             hit = ifelse(known, value(d), 0))
}
satisfied <- function(d) ifelse(is.na(d$pn4), NA, as.numeric(d$pn4 %in% 1:2))
police <- function(d) as.numeric(d$b18)
change("lapop_slv_2023 satisfied_with_democracy", lapop(2018, satisfied), lapop(2023, satisfied), "hit", "one", TRUE)
change("lapop_slv_2023 mean_trust_police", lapop(2018, police), lapop(2023, police), "hit", "one", TRUE)

file <- file(arguments[3], "w")
writeLines(paste0("# ", R.version.string, "; survey ", packageVersion("survey"), "; haven ", packageVersion("haven")), file)
write.csv(format(do.call(rbind, out), digits = 15), file, row.names = FALSE, quote = FALSE)
close(file)
