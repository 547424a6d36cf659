# Reference values of the real studies: estimates and standard errors by R's survey package, read from the
# source files without passing through this project. Run: Rscript real_studies.R <data folder> <expected.csv>
suppressMessages({library(survey); library(haven)})
arguments <- commandArgs(trailingOnly = TRUE)
data <- arguments[1]; out <- arguments[2]
rows <- list()
keep <- function(study, indicator, domain, estimate, se)
  rows[[length(rows) + 1]] <<- data.frame(study, indicator, domain, estimate = as.numeric(estimate), se = as.numeric(se))
whole <- function(study, indicator, stat) keep(study, indicator, "", coef(stat), SE(stat))
by <- function(study, indicator, formula, groups, design, fun, ...) {
  s <- svyby(formula, groups, design, fun, na.rm = TRUE, keep.names = FALSE, ...)
  g <- all.vars(groups)
  labels <- apply(s[g], 1, function(v) paste(paste(g, trimws(v), sep = "="), collapse = ";"))
  keep(study, indicator, labels, coef(s), SE(s))
}

# ---- Bolivia 2019 --------------------------------------------------------------------------------------------
b <- read.csv2(gzfile(file.path(data, "bol_2019/EH2019_Pers_csv.csv.gz")), fileEncoding = "latin1",
               check.names = FALSE, colClasses = "character")
number <- function(x) suppressWarnings(as.numeric(sub(",", ".", x)))
b <- within(b, {
  w <- number(factor)
  poor <- ifelse(p0 == " ", NA, as.numeric(p0 == "Pobre"))
  extreme <- ifelse(pext0 == " ", NA, as.numeric(pext0 == "Pobre extremo"))
  mover <- as.numeric(startsWith(s03a_01a, "2"))
  born <- as.numeric(!startsWith(s03a_01a, "4"))
  inside <- ifelse(startsWith(s03a_01a, "1") | startsWith(s03a_01a, "2") | startsWith(s03a_01a, "3"), mover, NA)
  income <- number(yhogpc)
  age <- number(s02a_03)
  sex <- substr(s02a_02, 1, 1)
  age_group <- as.character(findInterval(age, c(0, 15, 30, 45, 60)))
  bol_department <- as.character(match(depto, c("Chuquisaca", "La Paz", "Cochabamba", "Oruro", "Potosí", "Tarija",
                                                "Santa Cruz", "Beni", "Pando")))
  bol_reason <- ifelse(s03a_02 == " ", NA, substr(s03a_02, 1, 1))
  bol_arrival_year <- ifelse(s03a_03 == " ", NA, s03a_03)
  one <- 1
})
d <- svydesign(id = ~upm, strata = ~estrato, weights = ~w, data = b)
whole("bol_2019", "poverty", svymean(~poor, d, na.rm = TRUE))
whole("bol_2019", "extreme_poverty", svymean(~extreme, d, na.rm = TRUE))
whole("bol_2019", "income_per_capita", svymean(~income, d, na.rm = TRUE))
whole("bol_2019", "internal_movers", svytotal(~mover, d))
whole("bol_2019", "internal_mover_share", svymean(~inside, d, na.rm = TRUE))
whole("bol_2019", "mover_age", svymean(~age, subset(d, mover == 1)))
for (group in c("sex", "age_group", "bol_department")) {
  f <- as.formula(paste0("~", group))
  by("bol_2019", "poverty", ~poor, f, d, svymean)
  by("bol_2019", "extreme_poverty", ~extreme, f, d, svymean)
  by("bol_2019", "income_per_capita", ~income, f, d, svymean)
  by("bol_2019", "internal_movers", ~mover, f, d, svytotal)
  by("bol_2019", "internal_mover_share", ~inside, f, d, svymean)
}
by("bol_2019", "internal_movers", ~mover, ~sex + age_group, d, svytotal)
for (code in as.character(1:6)) {
  x <- update(d, hit = as.numeric(mover == 1 & !is.na(bol_reason) & bol_reason == code))
  s <- svytotal(~hit, x)
  keep("bol_2019", "internal_movers", paste0("bol_reason=", code), coef(s), SE(s))
  m <- svymean(~hit, subset(x, mover == 1))
  keep("bol_2019", paste0("mover_reason.", code), "", coef(m), SE(m))
}
for (year in as.character(2015:2019)) {
  s <- svytotal(~hit, update(d, hit = as.numeric(mover == 1 & !is.na(bol_arrival_year) & bol_arrival_year == year)))
  keep("bol_2019", "internal_movers", paste0("bol_arrival_year=", year), coef(s), SE(s))
}

# ---- Chile 2019 ----------------------------------------------------------------------------------------------
options(survey.lonely.psu = "certainty")
plain <- tempfile(fileext = ".dta")
writeBin(readBin(gzfile(file.path(data, "chl_enusc_2019/enusc_2019.dta.gz"), "rb"), "raw", 5e7), plain)
ch <- as.data.frame(zap_labels(read_dta(plain)))
ch <- within(ch, {
  chl_region <- as.character(enc_region)
  sex <- as.character(rph_sexo)
  age_group <- as.character(findInterval(rph_edad, c(0, 15, 30, 45, 60)))
  rose <- as.numeric(P3_1_1 == 1)
})
h <- svydesign(id = ~Conglomerado, strata = ~VarStrat, weights = ~Fact_Hog, data = ch)
p <- svydesign(id = ~Conglomerado, strata = ~VarStrat, weights = ~Fact_Pers, data = ch)
whole("chl_enusc_2019", "households_victimised", svymean(~VA_DC, h))
whole("chl_enusc_2019", "persons_victimised", svymean(~VP_DC, p))
whole("chl_enusc_2019", "crime_rose", svymean(~rose, p))
by("chl_enusc_2019", "households_victimised", ~VA_DC, ~chl_region, h, svymean)
for (group in c("sex", "age_group", "chl_region")) {
  f <- as.formula(paste0("~", group))
  by("chl_enusc_2019", "persons_victimised", ~VP_DC, f, p, svymean)
  by("chl_enusc_2019", "crime_rose", ~rose, f, p, svymean)
}
options(survey.lonely.psu = "fail")

# ---- El Salvador, AmericasBarometer --------------------------------------------------------------------------
l <- as.data.frame(zap_labels(read_dta(file.path(data, "lapop_slv/ym23_SLV_2018_2023.dta"))))
for (round in c(2018, 2023)) {
  study <- paste0("lapop_slv_", round)
  x <- within(l[l$wave == round, ], {
    satisfied <- ifelse(is.na(pn4), NA, as.numeric(pn4 <= 2))
    wealth_quintile <- as.character(wealth)
    sex <- as.character(q1tc_r)
  })
  q <- svydesign(id = ~upm, strata = ~strata, weights = ~weight1500, data = x)
  whole(study, "satisfied_with_democracy", svymean(~satisfied, q, na.rm = TRUE))
  whole(study, "mean_trust_police", svymean(~b18, q, na.rm = TRUE))
  whole(study, "mean_trust_armed_forces", svymean(~b12, q, na.rm = TRUE))
  whole(study, "mean_support_democracy", svymean(~ing4, q, na.rm = TRUE))
  by(study, "satisfied_with_democracy", ~satisfied, ~wealth_quintile, subset(q, !is.na(wealth)), svymean)
  by(study, "mean_trust_police", ~b18, ~wealth_quintile, subset(q, !is.na(wealth)), svymean)
  if (round == 2023) by(study, "satisfied_with_democracy", ~satisfied, ~sex, q, svymean)
}

# ---- Ecuador, June 2017 --------------------------------------------------------------------------------------
folder <- file.path(data, "ecu_2017")
read <- function(name) as.data.frame(zap_labels(read_sav(file.path(folder, name))))
key <- c("ciudad", "zona", "sector", "panelm", "vivienda", "hogar")
dwelling <- read("201706_EnemduBDD_viviendahogar.sav")
security <- read("201706_EnemduBDD_seguridad_ciudadana.sav.sav")
perception <- read("201706_EnemduBDD_autopercepcion.sav.sav")
e <- merge(merge(dwelling, security[c(key, "se011", "se012", "se013", "se05", "se08")], by = key),
           perception[c(key, "ap02")], by = key)
e <- within(e, {
  psu <- paste(ciudad, zona, sector)
  crime <- as.numeric(se011 == 1 | se012 == 1 | se013 == 1)
  reported <- ifelse(is.na(se05), NA, as.numeric(se05 == 1))
  poor <- as.numeric(ap02 == 1)
  rooms <- ifelse(vi06 == 99, NA, vi06)
  bedrooms <- ifelse(vi07 == 99, NA, vi07)
  ecu_tenure <- as.character(vi14)
  area <- as.character(area)
})
g <- svydesign(id = ~psu, strata = ~plan_muestreo, weights = ~fexp, data = e, nest = TRUE)
whole("ecu_2017_06", "households_crime", svymean(~crime, g))
whole("ecu_2017_06", "households_crime_total", svytotal(~crime, g))
whole("ecu_2017_06", "crime_reported", svymean(~reported, g, na.rm = TRUE))
whole("ecu_2017_06", "feels_poor", svymean(~poor, g))
r <- svyratio(~bedrooms, ~rooms, g, na.rm = TRUE)
keep("ecu_2017_06", "bedrooms_per_room", "", coef(r), SE(r))
for (group in c("area", "ecu_tenure")) {
  f <- as.formula(paste0("~", group))
  by("ecu_2017_06", "households_crime", ~crime, f, g, svymean)
  by("ecu_2017_06", "households_crime_total", ~crime, f, g, svytotal)
  by("ecu_2017_06", "feels_poor", ~poor, f, g, svymean)
}

result <- do.call(rbind, rows)
result$estimate <- sprintf("%.15g", result$estimate); result$se <- sprintf("%.15g", result$se)
writeLines(sprintf("# %s; survey %s; haven %s", R.version.string, packageVersion("survey"), packageVersion("haven")), out)
suppressWarnings(write.table(result, out, append = TRUE, sep = ",", row.names = FALSE, quote = FALSE))
